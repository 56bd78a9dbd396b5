// What handlers have done, as the screens of a component and of a message list it.
/** @import { ComponentPage } from '../told.js' */
/** @import { HandlerFigures } from '../../network/index.js' */
/** @import { Column } from './table.js' */
import { h } from './view.js';
import { ago, number, timeOfDay } from './words.js';

/**
 * A handler of one instance.
 * @typedef {HandlerFigures & { id: string, component: string }} HandlerRow
 */

/** Each handler of each instance. @param {ComponentPage} page @returns {readonly HandlerRow[]} */
export function handlerRows({ name: component, instances }) {
  return instances.flatMap(({ id, figures }) =>
    (figures?.handlers ?? []).map((each) => ({ ...each, id, component })),
  );
}

/** @param {HandlerRow} row */
export function handlerKey({ id, name }) {
  return `${id} ${name}`;
}

/** @type {readonly Column<HandlerRow>[]} */
export const handlerColumns = [
  { title: 'Handler', of: ({ name }) => name, by: ({ name }) => name },
  { title: 'Done', of: ({ done }) => number(done), by: ({ done }) => done, class: 'number' },
  { title: 'Failed', of: ({ failed }) => number(failed), by: ({ failed }) => failed, class: 'number' },
  { title: 'p50', of: ({ p50Ms }) => ago(p50Ms), by: ({ p50Ms }) => p50Ms, class: 'number' },
  { title: 'p99', of: ({ p99Ms }) => ago(p99Ms), by: ({ p99Ms }) => p99Ms, class: 'number' },
  {
    title: 'Last error',
    of: ({ lastError }) =>
      lastError && [
        h('code', null, lastError.code),
        ` ${lastError.message} `,
        h('small', null, timeOfDay(lastError.at)),
      ],
    class: 'long',
  },
  { title: 'Instance', of: ({ id }) => h('code', null, id), class: 'less' },
];
