/** @import { ComponentPage, Flow } from '../told.js' */
/** @import { HandlerRow } from './handlers.js' */
/** @import { Column } from './table.js' */
import { flowColumns, flowKey } from './component-screen.js';
import { handlerColumns, handlerKey, handlerRows } from './handlers.js';
import { healthOfShare } from './health.js';
import { hrefOf } from './map.js';
import { dot, heading, link, quiet, section } from './parts.js';
import { answer, store, tellChange } from './store.js';
import { table } from './table.js';
import { number, percent, rate, since } from './words.js';

/**
 * All of one name.
 * @typedef {{ message: string, count: number, rate: number | undefined, failing: number | undefined, senders: Set<string>,
 *   takers: Set<string>, lastAt: string }} Sum
 */

/** @type {readonly Column<Sum>[]} */
const columns = [
  {
    title: 'Message',
    of: ({ message }) => link(`#/message/${encodeURIComponent(message)}`, message),
    by: ({ message }) => message,
  },
  {
    title: 'Fails',
    of: ({ failing }) => dot(healthOfShare(failing), percent(failing)),
    by: ({ failing }) => failing,
  },
  { title: 'Msg/s', of: (sum) => rate(sum.rate), by: (sum) => sum.rate, class: 'number' },
  { title: 'Count', of: ({ count }) => number(count), by: ({ count }) => count, class: 'number' },
  { title: 'From', of: ({ senders }) => [...senders].join(', '), class: 'long' },
  { title: 'To', of: ({ takers }) => [...takers].join(', '), class: 'long' },
  {
    title: 'Last',
    of: ({ lastAt }) => `${since(lastAt)} ago`,
    by: ({ lastAt }) => lastAt,
    class: 'number less',
  },
];

/** All messages, by their names. @param {string} search */
export function messagesScreen(search) {
  const rows = sumsOf(store.flows).filter(({ message }) => message.toLowerCase().includes(search));
  const empty = 'No message was handled since the components began.';
  return [
    heading('Messages'),
    table({ id: 'messages', columns, rows, key: ({ message }) => message, empty, changed: tellChange }),
  ];
}

/** @param {readonly Flow[]} flows @returns {readonly Sum[]} */
function sumsOf(flows) {
  /** @type {Map<string, Sum & { failed: number }>} */
  const sums = new Map();
  for (const flow of flows) {
    const sum = sums.get(flow.message) ?? {
      message: flow.message,
      count: 0,
      failed: 0,
      rate: undefined,
      failing: undefined,
      senders: new Set(),
      takers: new Set(),
      lastAt: '',
    };
    sums.set(flow.message, sum);
    sum.count += flow.count;
    sum.failed += flow.failed;
    sum.failing = sum.count === 0 ? undefined : sum.failed / sum.count;
    if (flow.rate !== undefined) sum.rate = (sum.rate ?? 0) + flow.rate;
    sum.senders.add(flow.sender);
    sum.takers.add(flow.to);
    if (flow.lastAt > sum.lastAt) sum.lastAt = flow.lastAt;
  }
  return [...sums.values()];
}

/** More components are not asked at once. */
const mostTakers = 10;

/** Who sends a message, and who handles it, and how that goes. @param {string} message */
export function messageScreen(message) {
  const flows = store.flows.filter((each) => each.message === message);
  const takers = [...new Set(flows.map(({ to }) => to))];
  const pages = takers
    .slice(0, mostTakers)
    .map((name) => /** @type {ComponentPage | undefined} */ (answer('/api/component', { name }, 4_000).data));
  const handlers = pages.flatMap((page) => (page ? handlerRows(page) : []));
  const own = handlers.filter(({ name }) => isFor(name, message));
  const shown = own.length > 0 ? own : handlers;
  return [
    heading(message),
    section(
      'Who sends it to whom',
      table({
        id: 'flows',
        columns: flowColumns('both'),
        rows: flows,
        key: flowKey,
        empty: 'Nobody tells of it.',
        changed: tellChange,
      }),
    ),
    section(
      'Who handles it',
      own.length === 0 &&
        handlers.length > 0 &&
        quiet('No handler has its name; these are all handlers of those who take it.'),
      table({
        id: 'message handlers',
        columns: columnsOfAll,
        rows: shown,
        key: handlerKey,
        empty: 'No handler has run yet.',
        changed: tellChange,
      }),
      takers.length > mostTakers && quiet(`Of ${takers.length} components ${mostTakers} are shown.`),
    ),
  ];
}

/** Handlers are called by the message as a rule: `Desk.order`, `message command order`. @param {string} handler @param {string} message */
function isFor(handler, message) {
  return handler === message || handler.split(/[\s.,:#()]+/).includes(message);
}

/** @type {readonly Column<HandlerRow>[]} */
const columnsOfAll = [
  { title: 'Component', of: ({ component }) => link(hrefOf(component), component) },
  ...handlerColumns,
];
