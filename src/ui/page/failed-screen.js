/** @import { ParkedCount, ParkedGroup, ParkedList, ParkedOverview, ParkedSummary, ReplayJob } from '../told.js' */
/** @import { Column } from './table.js' */
import { confirm, tellOf } from './dialogs.js';
import { button, heading, link, quiet, section, trouble } from './parts.js';
import { change } from './session.js';
import { answer, forget, store, tellChange } from './store.js';
import { table } from './table.js';
import { h } from './view.js';
import { bytes, counted, dayAndTime, nothing, number, since } from './words.js';

/** @param {string} queue @param {string} [id] */
export function parkedHref(queue, id) {
  return `#/failed/${encodeURIComponent(queue)}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

/** @type {readonly Column<ParkedCount>[]} */
const queueColumns = [
  { title: 'Queue', of: ({ queue }) => link(parkedHref(queue), queue), by: ({ queue }) => queue },
  { title: 'Parked', of: ({ parked }) => number(parked), by: ({ parked }) => parked, class: 'number' },
  { title: '', of: ({ queue }) => progress(store.jobs.get(queue)) },
];

/** Where something is parked. @param {string} search */
export function failedScreen(search) {
  const { data, error } = answer('/api/failed', {}, 10_000);
  const overview = /** @type {ParkedOverview | undefined} */ (data);
  const rows = (overview?.queues ?? []).filter(({ queue }) => queue.toLowerCase().includes(search));
  const looked = counted(overview?.looked ?? 0, 'queue');
  return [
    heading(
      'Failed messages',
      button('Look again', () => forget('/api/failed'), { 'aria-keyshortcuts': 'r' }),
    ),
    trouble(error),
    overview
      ? table({
          id: 'parked',
          columns: queueColumns,
          rows,
          key: ({ queue }) => queue,
          empty: `Nothing is parked for ${looked} that components take from.`,
          changed: tellChange,
        })
      : error === '' && quiet('Looking …'),
    other(),
  ];
}

/** A queue whose components have gone is known by nobody. */
function other() {
  const go = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const queue = new FormData(/** @type {HTMLFormElement} */ (event.target)).get('queue');
    if (queue) location.hash = parkedHref(String(queue));
  };
  return h(
    'form',
    { class: 'actions', onsubmit: go },
    h(
      'label',
      null,
      'Another queue ',
      h('input', { name: 'queue', placeholder: 'its name, without .failed', autocomplete: 'off' }),
    ),
    h('button', null, 'Look'),
  );
}

/** Messages a second, by what it is called. */
const paces = { 'at once': 0, '50 a second': 20, '10 a second': 100, '1 a second': 1_000 };
/** @type {keyof typeof paces} */
let pace = 'at once';

/** What is parked for one queue. @param {string} queue @param {string} search */
export function parkedScreen(queue, search) {
  const { data, error } = answer('/api/failed/queue', { queue });
  const list = /** @type {ParkedList | undefined} */ (data);
  const title = heading(
    [h('small', null, 'parked for '), queue],
    button('Look again', () => forget('/api/failed'), { 'aria-keyshortcuts': 'r' }),
  );
  if (!list) return [title, trouble(error) || quiet('Looking …')];
  const isMeant = (/** @type {ParkedSummary} */ each) =>
    `${each.id} ${each.dossier?.message} ${each.message}`.toLowerCase().includes(search);
  const messages = list.messages.filter(isMeant);
  return [
    title,
    trouble(error),
    progress(store.jobs.get(queue)),
    list.total > 0 && doForAll(queue, list),
    section(
      'By what they failed of',
      table({
        id: 'groups',
        columns: groupColumns(queue),
        rows: list.groups,
        key: groupKey,
        empty: 'Nothing is parked.',
        changed: tellChange,
      }),
    ),
    list.total > 0 &&
      section(
        'Messages',
        list.messages.length < list.total &&
          quiet(`The oldest ${number(list.messages.length)} of ${number(list.total)} are shown.`),
        table({
          id: 'messages of queue',
          columns: messageColumns(queue),
          rows: messages,
          key: (each) => `${list.messages.indexOf(each)}`,
          empty: 'None is like that.',
          changed: tellChange,
        }),
      ),
  ];
}

/** @param {ParkedGroup} group */
function groupKey({ code, handler, message }) {
  return JSON.stringify([code, handler, message]);
}

/** @param {string} queue @returns {readonly Column<ParkedGroup>[]} */
function groupColumns(queue) {
  return [
    { title: 'Count', of: ({ count }) => number(count), by: ({ count }) => count, class: 'number' },
    {
      title: 'Error',
      of: ({ code }) => h('code', null, code ?? 'not parked by Waybill'),
      by: ({ code }) => code,
    },
    { title: 'Handler', of: ({ handler }) => handler ?? nothing, by: ({ handler }) => handler },
    { title: 'Message', of: ({ message }) => message ?? nothing, by: ({ message }) => message },
    {
      title: 'For example',
      of: ({ example }) => link(parkedHref(queue, example.id), example.text ?? example.id),
      class: 'long',
    },
    { title: 'Last', of: ({ newest }) => (newest ? `${since(newest)} ago` : nothing), class: 'number less' },
    { title: '', of: ({ ids, count }) => actions(queue, { ids }, counted(count, 'message')) },
  ];
}

/** @param {string} queue @returns {readonly Column<ParkedSummary>[]} */
function messageColumns(queue) {
  return [
    { title: 'Id', of: ({ id }) => link(parkedHref(queue, id), h('code', null, id || '(none)')) },
    {
      title: 'Failed',
      of: ({ dossier }) => dayAndTime(dossier?.failedAt),
      by: ({ dossier }) => dossier?.failedAt,
      class: 'less',
    },
    { title: 'Message', of: ({ message }) => message ?? nothing, by: ({ message }) => message },
    { title: 'From', of: ({ sender }) => sender ?? nothing, by: ({ sender }) => sender },
    {
      title: 'Runs',
      of: ({ dossier }) => number(dossier?.attempts),
      by: ({ dossier }) => dossier?.attempts,
      class: 'number',
    },
    {
      title: 'Error',
      of: ({ dossier, editedAt }) => [dossier?.message ?? nothing, editedAt && h('small', null, ' edited')],
      class: 'long',
    },
    { title: 'Size', of: (each) => bytes(each.bytes), by: (each) => each.bytes, class: 'number less' },
  ];
}

/** @param {string} queue @param {ParkedList} list */
function doForAll(queue, list) {
  if (!store.overview?.mayWrite) return null;
  const choose = (/** @type {Event} */ event) => {
    pace = /** @type {keyof typeof paces} */ (/** @type {HTMLSelectElement} */ (event.target).value);
  };
  return h(
    'div',
    { class: 'actions' },
    h(
      'label',
      null,
      'Pace ',
      h(
        'select',
        { onchange: choose },
        Object.keys(paces).map((each) => h('option', { value: each, selected: each === pace }, each)),
      ),
    ),
    actions(queue, { all: true }, `all ${counted(list.total, 'message')}`),
  );
}

/**
 * What may be done with messages, where anything may. @param {string} queue @param {{ ids: readonly string[] } | { all: true }} which
 * @param {string} words
 */
export function actions(queue, which, words) {
  if (!store.overview?.mayWrite) return null;
  const isRunning = store.jobs.get(queue)?.state === 'running';
  const drop = async () => {
    await tellOf(change('/api/failed/drop', { queue, ...which }), `${words} dropped`);
    forget('/api/failed');
  };
  const labels = [`Replay ${words}`, `Drop ${words}`];
  // In a row it is clear which are meant.
  const [first, second] = 'all' in which ? labels : ['Replay', 'Drop'];
  const means = `Parked for ${queue}. What is dropped is nowhere else.`;
  const askFirst = () => confirm(`Drop ${words} for good?`, means, 'Drop', drop);
  const state = { disabled: isRunning };
  return h(
    'span',
    { class: 'actions' },
    button(first ?? '', () => void replay(queue, which), { ...state, 'aria-label': labels[0] }),
    button(second ?? '', askFirst, { ...state, class: 'danger', 'aria-label': labels[1] }),
  );
}

/** @param {string} queue @param {{ ids: readonly string[] } | { all: true }} which */
async function replay(queue, which) {
  await tellOf(
    change('/api/failed/replay', { queue, ...which, everyMs: paces[pace] }),
    `Sending back to ${queue}`,
  );
}

/** @param {ReplayJob | undefined} job */
function progress(job) {
  if (!job) return null;
  const { id, done, of, state, error } = job;
  const words = {
    running: `${number(done)} of ${number(of)} sent back`,
    done: `${number(done)} sent back`,
    stopped: `Stopped after ${number(done)}`,
    failed: error ?? '',
  };
  return h(
    'div',
    { class: `job ${state}`, key: 'job' },
    state === 'running' &&
      h('progress', { value: String(done), max: String(of || 1), 'aria-label': 'Sent back' }),
    h('span', null, words[state]),
    state === 'running' &&
      button('Stop', () => void tellOf(change('/api/failed/stop', { job: id }), 'Stopping')),
  );
}
