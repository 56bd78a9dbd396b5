/** @import { ComponentPage } from '../told.js' */

import { confirm, tellOf } from './dialogs.js';
import { button, section } from './parts.js';
import { change } from './session.js';
import { store } from './store.js';
import { h } from './view.js';

/** Orders for all instances of a name, where this page may give any. @param {ComponentPage} page */
export function orders({ name, instances }) {
  if (!store.overview?.may.operate) return null;
  const queues = [...new Set(instances.flatMap(({ facts }) => facts.queues.map(({ queue }) => queue)))];
  const paused = new Set(
    instances.flatMap(({ facts }) => facts.queues.filter((each) => each.paused).map(({ queue }) => queue)),
  );
  return section(
    'Orders',
    h(
      'div',
      { class: 'actions' },
      queues.map((queue) =>
        paused.has(queue)
          ? button(`Resume ${queue}`, () => void order(name, { order: 'resume', queue }))
          : button(`Pause ${queue}`, () => void order(name, { order: 'pause', queue })),
      ),
      button('Drain', () => ask(name, 'drain', 'It takes nothing more, and ends what it has begun.')),
      button('Restart', () => ask(name, 'restart', 'Each of its processes starts again.')),
      button('Quit', () => ask(name, 'quit', 'Each of its processes ends.'), { class: 'danger' }),
    ),
  );
}

/** @param {string} name @param {string} word @param {string} means */
function ask(name, word, means) {
  confirm(`${word[0]?.toUpperCase()}${word.slice(1)} ${name}?`, means, word, () =>
    order(name, { order: word }),
  );
}

/** @param {string} name @param {Readonly<Record<string, string>>} what */
async function order(name, what) {
  await tellOf(change('/api/order', { name, ...what }), `${name}: ${what['order']} was ordered`);
}
