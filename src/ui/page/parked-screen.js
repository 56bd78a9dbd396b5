/** @import { ParkedDocument } from '../told.js' */
import { tellOf } from './dialogs.js';
import { actions, parkedHref } from './failed-screen.js';
import { button, heading, link, quiet, section, trouble } from './parts.js';
import { change } from './session.js';
import { answer, forget, store, tellChange } from './store.js';
import { h } from './view.js';
import { dayAndTime, plain } from './words.js';

/** What somebody has typed, by message: it is not lost when the page shows something else meanwhile. @type {Map<string, string>} */
const drafts = new Map();

/** One parked message: its dossier, and its body to be mended. @param {string} queue @param {string} id */
export function parkedMessageScreen(queue, id) {
  const list = answer('/api/failed/queue', { queue });
  const found = list.data ? answer('/api/failed/message', { queue, id }) : list;
  const title = heading([
    h('small', null, 'parked for '),
    link(parkedHref(queue), queue),
    ' ',
    h('code', null, id),
  ]);
  if (!list.data || !found.data) return [title, trouble(found.error) || quiet('Looking …')];
  const { document, text } = /** @type {ParkedDocument} */ (found.data);
  const { dossier, origin, editedAt, properties, body } = /** @type {Readonly<Record<string, any>>} */ (
    document
  );
  return [
    title,
    trouble(found.error),
    h('div', { class: 'actions' }, actions(queue, { ids: [id] }, 'this message'), traceLink(id, properties)),
    dossier
      ? section('Why', whyOf(dossier), editedAt && quiet(`Edited ${dayAndTime(editedAt)}.`))
      : quiet('It was not parked by Waybill: there is no dossier.'),
    section('Body', text === undefined ? h('pre', null, shownBody(body)) : editor(queue, id, text)),
    section('Where it came from', facts(origin)),
    section('Properties', facts(properties)),
    dossier?.stack && section('Stack', h('pre', null, plain(dossier.stack))),
  ];
}

/** @param {string} id @param {Readonly<Record<string, any>>} properties */
function traceLink(id, properties) {
  return link(`#/call/${encodeURIComponent(plain(properties['correlationId'] ?? id))}`, 'Where else is it?');
}

/** @param {Readonly<Record<string, any>>} dossier */
function whyOf({ error, code, message, causes, handler, attempts, queue, component, failedAt }) {
  return h(
    'dl',
    { class: 'facts' },
    fact('Error', [h('code', null, plain(code ?? error)), ` ${plain(message)}`]),
    Array.isArray(causes) &&
      causes.length > 0 &&
      fact(
        'Because',
        causes.map((cause) => h('div', null, plain(cause))),
      ),
    fact('Handler', plain(handler)),
    fact('Runs that failed', plain(attempts)),
    fact('Failed', dayAndTime(plain(failedAt))),
    fact('Given up by', words(component)),
    fact('Queue', plain(queue)),
  );
}

/** @param {string} name @param {import('./view.js').Shown} value */
function fact(name, value) {
  return [h('dt', null, name), h('dd', null, value)];
}

/** @param {Readonly<Record<string, any>>} known */
function facts(known) {
  const some = Object.entries(known ?? {}).filter(([, value]) => value !== undefined && value !== null);
  if (some.length === 0) return quiet('Nothing is known.');
  return h(
    'dl',
    { class: 'facts' },
    some.map(([name, value]) => fact(name, words(value))),
  );
}

/** @param {unknown} value */
function words(value) {
  if (typeof value !== 'object' || value === null) return plain(value);
  return Object.entries(value)
    .map(([name, each]) => `${name} ${plain(each)}`)
    .join(', ');
}

/** @param {unknown} body */
function shownBody(body) {
  return typeof body === 'string' ? body : JSON.stringify(body, undefined, 2);
}

/** @param {string} queue @param {string} id @param {string} text */
function editor(queue, id, text) {
  const key = JSON.stringify([queue, id]);
  const may = store.overview?.mayWrite ?? false;
  if (!may) return h('pre', null, text);
  const draft = drafts.get(key) ?? text;
  const isChanged = draft !== text;
  const type = (/** @type {Event} */ event) => {
    drafts.set(key, /** @type {HTMLTextAreaElement} */ (event.target).value);
    tellChange();
  };
  const put = async (/** @type {'keep' | 'replay'} */ fate) => {
    const done = await tellOf(
      change('/api/failed/edit', { queue, id, text: draft, fate }),
      fate === 'replay' ? `Edited and sent back to ${queue}` : 'Edited; it stays parked',
    );
    if (!done) return;
    drafts.delete(key);
    forget('/api/failed');
    location.hash = parkedHref(queue);
  };
  return [
    h('textarea', {
      value: draft,
      oninput: type,
      rows: String(Math.min(28, draft.split('\n').length + 1)),
      spellcheck: 'false',
      'aria-label': 'Body',
    }),
    h(
      'div',
      { class: 'actions' },
      button('Save, keep it parked', () => void put('keep'), { disabled: !isChanged }),
      button('Save and replay', () => void put('replay'), { disabled: !isChanged, class: 'main' }),
      isChanged &&
        button('Undo', () => {
          drafts.delete(key);
          tellChange();
        }),
    ),
  ];
}
