/** @import { Trail } from '../told.js' */
/** @import { Column } from './table.js' */
import { runsOf } from './component-screen.js';
import { parkedHref } from './failed-screen.js';
import { button, heading, link, quiet, section, trouble } from './parts.js';
import { answer, forget, store, tellChange } from './store.js';
import { table } from './table.js';
import { h } from './view.js';
import { counted, dayAndTime, nothing, number } from './words.js';

/** @type {readonly Column<Trail['parked'][number]>[]} */
const columns = [
  { title: 'Parked for', of: ({ queue, id }) => link(parkedHref(queue, id), queue) },
  { title: 'Failed', of: ({ dossier }) => dayAndTime(dossier?.failedAt) },
  { title: 'Message', of: ({ message }) => message ?? nothing },
  { title: 'From', of: ({ sender }) => sender ?? nothing },
  { title: 'Handler', of: ({ dossier }) => dossier?.handler ?? nothing },
  { title: 'Runs', of: ({ dossier }) => number(dossier?.attempts), class: 'number' },
  {
    title: 'Error',
    of: ({ dossier }) => [
      dossier?.message ?? nothing,
      (dossier?.causes ?? []).map((each) => h('div', null, `because ${each}`)),
    ],
    class: 'long',
  },
];

/** Where one call or message is, and what became of it, as far as anybody knows. @param {string} id */
export function callScreen(id) {
  if (id === '')
    return [
      heading('One call, one message'),
      form(id),
      quiet('Its message id, its correlation id, or the id of its trace.'),
    ];
  const { data, error, isAsking } = answer('/api/call', { id });
  const trail = /** @type {Trail | undefined} */ (data);
  const title = heading(
    [h('small', null, 'call or message '), h('code', null, id)],
    button('Look again', () => forget('/api/call'), { 'aria-keyshortcuts': 'r' }),
  );
  if (!trail || (isAsking && trail.id !== id))
    return [title, form(id), trouble(error) || quiet('Asking everybody …')];
  const hops = [...trail.parked].sort((one, other) =>
    String(one.dossier?.failedAt).localeCompare(String(other.dossier?.failedAt)),
  );
  const runs = { name: '', instances: [], queues: [], runs: trail.runs, silent: trail.silent };
  return [
    title,
    form(id),
    trouble(error),
    section('Runs now', runsOf(runs, 'No handler runs on it at this moment.')),
    section(
      'Was parked',
      table({
        id: 'hops',
        columns,
        rows: hops,
        key: (each) => `${each.queue} ${hops.indexOf(each)}`,
        empty: `Not among what is parked for ${counted(trail.looked, 'queue')}.`,
        changed: tellChange,
      }),
      trail.unseen.length > 0 && quiet(`Not looked at to the end: ${trail.unseen.join(', ')}.`),
    ),
    section(
      'What is not known',
      h(
        'ul',
        { class: 'quiet' },
        unknowns().map((each) => h('li', null, each)),
      ),
    ),
  ];
}

/** What this page cannot tell, and who can. */
function unknowns() {
  return [
    'What went well leaves nothing behind: nobody keeps a copy of each message. For hops that went well see your traces (OpenTelemetry).',
    'What still waits in a queue cannot be looked for without taking it out.',
    `Components on other virtual hosts than ${store.overview?.vhost ?? 'this one'}, and those with network: false, are not asked.`,
  ];
}

/** @param {string} id */
function form(id) {
  const go = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const asked = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('id') ?? '').trim();
    forget('/api/call');
    location.hash = `#/call/${encodeURIComponent(asked)}`;
  };
  return h(
    'form',
    { class: 'actions', onsubmit: go },
    h(
      'label',
      null,
      'Id ',
      h('input', { name: 'id', value: id, size: '44', autocomplete: 'off', spellcheck: 'false' }),
    ),
    h('button', null, 'Look'),
  );
}
