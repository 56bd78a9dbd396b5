/** @import { ComponentPage, Flow, Instance, QueueDepth, Run } from '../told.js' */
/** @import { Column } from './table.js' */
import { handlerColumns, handlerKey, handlerRows } from './handlers.js';
import { healthOf, stateWord } from './health.js';
import { hrefOf } from './map.js';
import { cancelButton, orders } from './orders.js';
import { dot, figure, heading, link, quiet, section, sparkline, trouble } from './parts.js';
import { answer, store, tellChange } from './store.js';
import { table } from './table.js';
import { h } from './view.js';
import { ago, bytes, counted, nothing, number, percent, rate, since } from './words.js';

/** All that is known of the components of a name. @param {string} name */
export function componentScreen(name) {
  const { data, error } = answer('/api/component', { name }, 2_000);
  const page = /** @type {ComponentPage | undefined} */ (data);
  const sent = store.flows.filter(({ sender }) => sender === name);
  const taken = store.flows.filter(({ to }) => to === name);
  if (!page) return [heading(name), trouble(error) || quiet('Asking it …')];
  return [
    heading(name, page.instances.length > 0 && figures(name)),
    trouble(error),
    page.instances.length === 0 && quiet(unseen(page)),
    page.instances.length > 0 && [
      orders(page),
      section(
        'Instances',
        list('instances', instanceColumns, page.instances, ({ id }) => id),
      ),
      section('Runs now', runsOf(page)),
      section('Queues', queuesOf(page)),
      section('Handlers', handlersOf(page)),
    ],
    section(
      'It takes',
      list('taken', flowColumns('sender'), taken, flowKey, 'Nobody has sent it anything that it tells of.'),
    ),
    section(
      'It sends',
      list('sent', flowColumns('to'), sent, flowKey, 'Nobody tells of anything that it sends.'),
    ),
  ];
}

/** @param {ComponentPage} page */
function unseen({ silent }) {
  return silent.length === 0
    ? 'No component of this name is seen: it only sends, or it is gone.'
    : `${counted(silent.length, 'process', 'processes')} of it did not answer before this page was opened, and ${silent.length === 1 ? 'is' : 'are'} connected: ${silent.join(', ')}. Busy or frozen; what it does is not known.`;
}

/**
 * @template Row
 * @param {string} id @param {readonly Column<Row>[]} columns @param {readonly Row[]} rows @param {(row: Row) => string} key
 * @param {string} [empty]
 */
function list(id, columns, rows, key, empty = 'None.') {
  return table({ id, columns, rows, key, empty, changed: tellChange });
}

/** @param {string} name */
function figures(name) {
  const rows = (store.overview?.components ?? []).filter((row) => row.name === name && row.state !== 'left');
  const sum = (/** @type {(row: (typeof rows)[number]) => number} */ of) =>
    rows.reduce((total, row) => total + of(row), 0);
  const perSecond = sum((row) => row.rate ?? 0);
  const points = store.rates.get(name) ?? [];
  return h(
    'dl',
    { class: 'figures' },
    figure(
      'messages',
      `${rate(perSecond)}/s`,
      sparkline(points, `Messages a second over the last ${counted(points.length, 'report')}`),
    ),
    figure(
      'fail',
      percent(perSecond === 0 ? undefined : sum((row) => (row.rate ?? 0) * (row.failing ?? 0)) / perSecond),
    ),
    figure('run', number(sum((row) => row.inflight))),
    figure('wait', number(sum((row) => row.waiting))),
    figure('p99', ago(Math.max(0, ...rows.map((row) => row.p99Ms)) || undefined)),
    figure('event loop late', ago(Math.max(0, ...rows.map((row) => row.loopMs)))),
  );
}

/** @param {Instance} instance */
function stateOf({ state, stateSince, figures }) {
  const ok = figures?.ok ?? true;
  const paused = (figures?.paused.length ?? 0) > 0;
  const row = /** @type {any} */ ({ state, ok, paused });
  return dot(healthOf(row), state === 'up' ? stateWord(row) : `${stateWord(row)} ${since(stateSince)}`);
}

/** @type {readonly Column<Instance>[]} */
const instanceColumns = [
  { title: 'Instance', of: ({ id }) => h('code', null, id) },
  { title: 'State', of: stateOf },
  { title: 'Msg/s', of: (each) => rate(each.rate), class: 'number' },
  { title: 'Fail', of: (each) => percent(each.failing), class: 'number' },
  { title: 'Run', of: ({ figures }) => number(figures?.inflight), class: 'number' },
  { title: 'Wait', of: ({ figures }) => number(figures?.waiting), class: 'number' },
  { title: 'Loop', of: ({ process }) => ago(process?.loopDelayMs), class: 'number' },
  { title: 'Heap', of: ({ process }) => bytes(process?.heapUsed), class: 'number less' },
  {
    title: 'Outbox',
    of: ({ process }) => number(process && process.outbox.waiting + process.outbox.unconfirmed),
    class: 'number less',
  },
  { title: 'Reconnects', of: ({ process }) => number(process?.reconnects), class: 'number less' },
  { title: 'Up', of: ({ facts }) => since(facts.since), class: 'number' },
  { title: 'Version', of: ({ facts }) => facts.version ?? nothing },
  {
    title: 'Runs on',
    of: ({ node, facts }) =>
      `${node.host} ${node.pid}, Waybill ${node.waybill}, Node ${node.node}, ${facts.style}`,
    class: 'long less',
  },
];

/** @type {readonly Column<Run>[]} */
const runColumns = [
  { title: 'For', of: ({ forMs }) => ago(forMs), class: 'number' },
  { title: 'Handler', of: ({ handler }) => handler ?? nothing },
  {
    title: 'Message',
    of: ({ messageId }) =>
      messageId ? link(`#/call/${encodeURIComponent(messageId)}`, h('code', null, messageId)) : nothing,
  },
  { title: 'From', of: ({ from }) => from ?? nothing },
  { title: 'Queue', of: ({ queue }) => queue },
  { title: 'Again', of: ({ redelivered }) => (redelivered ? 'yes' : 'no') },
  { title: 'Instance', of: ({ instance }) => h('code', null, instance), class: 'less' },
  { title: '', of: ({ component, messageId }) => cancelButton(component, messageId) },
];

/** @param {ComponentPage} page */
export function runsOf({ runs, silent }, empty = 'No handler runs at this moment.') {
  return [
    silent.length > 0 &&
      quiet(
        `${counted(silent.length, 'process', 'processes')} did not answer: ${silent.join(', ')}. What runs there is not known.`,
      ),
    list(
      'runs',
      runColumns,
      runs,
      (run) => `${run.instance} ${run.queue} ${run.messageId} ${run.handler}`,
      empty,
    ),
  ];
}

/** @param {ComponentPage} page */
function queuesOf({ queues, instances, runs }) {
  /** @type {readonly Column<QueueDepth>[]} */
  const columns = [
    { title: 'Queue', of: ({ queue }) => queue },
    {
      title: 'Ready',
      of: (each) => (each.ready === undefined ? (each.why ?? nothing) : number(each.ready)),
      class: 'number',
    },
    {
      title: 'Running',
      of: ({ queue }) => number(runs.filter((run) => run.queue === queue).length),
      class: 'number',
    },
    { title: 'Consumers', of: ({ consumers }) => number(consumers), class: 'number' },
    { title: 'Taken by', of: ({ queue }) => takers(queue, instances), class: 'long' },
    { title: 'Parked', of: ({ queue }) => link(`#/failed/${encodeURIComponent(queue)}`, 'look') },
  ];
  const unacked = instances
    .filter(({ figures }) => figures && figures.inflight + figures.waiting > 0)
    .map(({ id, figures }) => `${id}: ${figures?.inflight} run, ${figures?.waiting} wait`);
  return [
    list('queues', columns, queues, ({ queue }) => queue, 'It takes from no queue.'),
    h(
      'p',
      { class: 'quiet' },
      unacked.length > 0
        ? `Unacked messages are with ${unacked.join('; ')}. `
        : 'None of its instances holds an unacked message. ',
      'What consumers without Waybill hold is not known here.',
    ),
  ];
}

/** @param {string} queue @param {readonly Instance[]} instances */
function takers(queue, instances) {
  const all = instances.flatMap(({ id, facts }) =>
    facts.queues.filter((each) => each.queue === queue).map((each) => ({ id, ...each })),
  );
  const words = all.map(({ id, prefetch, concurrency, active, paused }) => {
    const state = paused ? ', paused' : active ? '' : ', not delivered from';
    return `${id} (prefetch ${prefetch}${concurrency === null || concurrency === undefined ? '' : `, ${concurrency} at once`}${state})`;
  });
  return words.join('; ') || nothing;
}

/** @param {ComponentPage} page */
function handlersOf(page) {
  const declared = [...new Set(page.instances.flatMap(({ facts }) => facts.handles))];
  return [
    list('handlers', handlerColumns, handlerRows(page), handlerKey, 'No handler has run yet.'),
    declared.length > 0 && quiet(`It has handlers for: ${declared.join(', ')}.`),
  ];
}

/** @param {Flow} flow */
export function flowKey({ sender, version, message, to }) {
  return JSON.stringify([sender, version, message, to]);
}

/** What is sent, seen from one end. @param {'sender' | 'to' | 'both'} other @returns {readonly Column<Flow>[]} */
export function flowColumns(other) {
  /** @type {Column<Flow>} */
  const from = {
    title: 'From',
    of: ({ sender }) => link(hrefOf(sender), sender),
    by: ({ sender }) => sender,
  };
  /** @type {Column<Flow>} */
  const to = { title: 'To', of: (flow) => link(hrefOf(flow.to), flow.to), by: (flow) => flow.to };
  return [
    ...(other === 'to'
      ? []
      : [
          from,
          /** @type {Column<Flow>} */ ({
            title: 'Version',
            of: ({ version }) => version ?? nothing,
            by: ({ version }) => version ?? '',
          }),
        ]),
    ...(other === 'sender' ? [] : [to]),
    {
      title: 'Message',
      of: ({ message }) => link(`#/message/${encodeURIComponent(message)}`, message),
      by: ({ message }) => message,
    },
    { title: 'Msg/s', of: (flow) => rate(flow.rate), by: (flow) => flow.rate, class: 'number' },
    { title: 'Fail', of: ({ failing }) => percent(failing), by: ({ failing }) => failing, class: 'number' },
    { title: 'Count', of: ({ count }) => number(count), by: ({ count }) => count, class: 'number' },
    {
      title: 'Last',
      of: ({ lastAt }) => `${since(lastAt)} ago`,
      by: ({ lastAt }) => lastAt,
      class: 'number less',
    },
  ];
}
