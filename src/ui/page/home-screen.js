/** @import { ComponentRow } from '../told.js' */
/** @import { Column } from './table.js' */
import { edgesOf, groupsOf, healthOf, healthWords, stateWord } from './health.js';
import { hrefOf, map } from './map.js';
import { dot, figure, heading, link, quiet } from './parts.js';
import { store, tellChange } from './store.js';
import { table } from './table.js';
import { h } from './view.js';
import { ago, counted, number, percent, rate, since } from './words.js';

/** @type {readonly Column<ComponentRow>[]} */
const columns = [
  { title: 'Component', of: (row) => link(hrefOf(row.name), row.name), by: ({ name }) => name },
  { title: 'State', of: stateOf, by: (row) => stateWord(row) },
  { title: 'Msg/s', of: (row) => rate(row.rate), by: (row) => row.rate, class: 'number' },
  { title: 'Fail', of: (row) => percent(row.failing), by: (row) => row.failing, class: 'number' },
  { title: 'Run', of: (row) => number(row.inflight), by: (row) => row.inflight, class: 'number' },
  { title: 'Wait', of: (row) => number(row.waiting), by: (row) => row.waiting, class: 'number' },
  { title: 'Done', of: (row) => number(row.done), by: (row) => row.done, class: 'number less' },
  { title: 'p99', of: (row) => ago(row.p99Ms || undefined), by: (row) => row.p99Ms, class: 'number less' },
  { title: 'Loop', of: (row) => ago(row.loopMs), by: (row) => row.loopMs, class: 'number less' },
  { title: 'Up', of: (row) => since(row.since), by: (row) => -Date.parse(row.since), class: 'number less' },
  { title: 'Version', of: (row) => row.version ?? '', by: (row) => row.version ?? '', class: 'less' },
  { title: 'Process', of: (row) => `${row.host} ${row.pid}`, by: (row) => row.host, class: 'less' },
];

/** @param {ComponentRow} row */
function stateOf(row) {
  const ended = row.state === 'up' ? '' : ` ${since(row.stateSince)}`;
  return dot(healthOf(row), `${stateWord(row)}${ended}`);
}

/** All components, as a map or as a table. @param {'map' | 'table'} form @param {string} search */
export function homeScreen(form, search) {
  const { overview, flows } = store;
  if (!overview) return quiet('Asking who is there …');
  const { components } = overview;
  const isMeant = (/** @type {string} */ name) => name.toLowerCase().includes(search);
  const isMeantRow = (/** @type {ComponentRow} */ row) =>
    isMeant(row.name) ||
    row.host.toLowerCase().includes(search) ||
    row.queues.some((queue) => queue.toLowerCase().includes(search));
  return [
    heading('Components', summary(components), switcher(form)),
    components.length === 0 && flows.length === 0
      ? quiet(
          `Nobody is there on virtual host ${overview.vhost}: no component is connected, or each has said network: false.`,
        )
      : form === 'map'
        ? map(groupsOf(components), edgesOf(flows), isMeant)
        : table({
            id: 'components',
            columns,
            rows: components.filter(isMeantRow),
            key: ({ id }) => id,
            empty: 'None is like that.',
            changed: tellChange,
            rowClass: (row) => (row.state === 'up' || row.state === 'busy' ? '' : 'past'),
          }),
  ];
}

/** @param {readonly ComponentRow[]} components */
function summary(components) {
  const here = components.filter(({ state }) => state === 'up' || state === 'busy');
  const sum = here.reduce((total, row) => total + (row.rate ?? 0), 0);
  const failing = here.reduce((total, row) => total + (row.rate ?? 0) * (row.failing ?? 0), 0);
  const worst = here.filter((row) => healthOf(row) !== 'ok');
  return h(
    'dl',
    { class: 'figures small' },
    figure('here', counted(here.length, 'component')),
    figure('messages', `${rate(sum)}/s`),
    figure('fail', percent(sum === 0 ? undefined : failing / sum)),
    figure('not well', number(worst.length), worst[0] && healthWords[healthOf(worst[0])]),
  );
}

/** @param {'map' | 'table'} form */
function switcher(form) {
  const one = (/** @type {'map' | 'table'} */ name, /** @type {string} */ words) =>
    h(
      'a',
      { href: `#/${name}`, 'aria-current': form === name ? 'page' : undefined, 'aria-keyshortcuts': 't' },
      words,
    );
  return h(
    'div',
    { class: 'switcher', role: 'group', 'aria-label': 'Form' },
    one('map', 'Map'),
    one('table', 'Table'),
  );
}
