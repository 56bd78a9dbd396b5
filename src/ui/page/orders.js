/** @import { ComponentPage } from '../told.js' */
/** @import { Ordered } from '../ordering.js' */
import { confirm, say } from './dialogs.js';
import { button, section } from './parts.js';
import { change } from './session.js';
import { forget, store } from './store.js';
import { h } from './view.js';

/** @typedef {Readonly<Record<string, string | number>>} What */

/** Orders for all instances of a name, where this page may give any. @param {ComponentPage} page */
export function orders({ name, instances }) {
  if (!store.overview?.mayWrite) return null;
  const queues = instances.flatMap(({ facts }) => facts.queues);
  const names = [...new Set(queues.map(({ queue }) => queue))];
  const paused = new Set(queues.filter((each) => each.paused).map(({ queue }) => queue));
  const one = (/** @type {string} */ queue) => {
    const word = paused.has(queue) ? 'resume' : 'pause';
    return button(`${capital(word)} ${queue}`, () => void order(name, { order: word, queue }));
  };
  return section(
    'Orders',
    h('div', { class: 'actions' }, names.map(one), number(name, 'concurrency'), number(name, 'prefetch')),
    h(
      'div',
      { class: 'actions' },
      button(
        'Debug for 10 minutes',
        () => void order(name, { order: 'log-level', level: 'debug', forMs: 600_000 }),
      ),
      askedFirst(name, 'drain', 'It takes nothing more, and ends what it has begun. Resume has it go on.'),
      askedFirst(name, 'restart', 'Each instance finishes what runs, and its program starts again.'),
      askedFirst(name, 'quit', 'Each instance finishes what runs, and ends.'),
    ),
  );
}

/** Has the handler of one message end. @param {string} name @param {string | undefined} id */
export function cancelButton(name, id) {
  if (!store.overview?.mayWrite || id === undefined) return null;
  return button('Cancel', () => void order(name, { order: 'cancel', id }), {
    class: 'danger',
    'aria-label': `Cancel ${id}`,
  });
}

/** @param {string} name @param {string} word @param {string} means */
function askedFirst(name, word, means) {
  const press = () =>
    confirm(`${capital(word)} ${name}?`, means, capital(word), () => order(name, { order: word }));
  return button(capital(word), press, { class: 'danger' });
}

/** @param {string} name @param {'concurrency' | 'prefetch'} word */
function number(name, word) {
  const give = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const n = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('n'));
    void order(name, { order: word, n });
  };
  const input = h('input', { name: 'n', type: 'number', min: '1', max: '65535', required: true });
  return h(
    'form',
    { class: 'number', onsubmit: give, key: word },
    h('label', null, `${capital(word)} `, input),
    h('button', null, 'Set'),
  );
}

/** @param {string} name @param {What} what */
async function order(name, what) {
  try {
    const { ok, told } = /** @type {Ordered} */ (await change('/api/order', { name, ...what }));
    say(told.join('; '), !ok);
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown), true);
  }
  forget('/api/component');
}

/** @param {string} word */
function capital(word) {
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
}
