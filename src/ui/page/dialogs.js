import { button } from './parts.js';
import { h, show } from './view.js';

/** @import { Shown } from './view.js' */

/** @returns {HTMLDialogElement} */
function dialog() {
  return /** @type {HTMLDialogElement} */ (document.getElementById('dialog'));
}

/** Whether something is asked for, or explained. */
export function isOpen() {
  return dialog().open;
}

/** Shows something until it is closed. @param {string} title @param {...Shown} shown */
export function open(title, ...shown) {
  const own = dialog();
  own.setAttribute('aria-label', title);
  show(own, [
    h('h2', null, title),
    shown,
    h('form', { method: 'dialog', class: 'actions' }, h('button', null, 'Close')),
  ]);
  if (!own.open) own.showModal();
}

/**
 * Has somebody say that it is meant. @param {string} title @param {string} means @param {string} word what the button says
 * @param {() => unknown} then
 */
export function confirm(title, means, word, then) {
  const own = dialog();
  own.setAttribute('aria-label', title);
  const press = () => {
    own.close();
    then();
  };
  show(own, [
    h('h2', null, title),
    h('p', null, means),
    h(
      'form',
      { method: 'dialog', class: 'actions' },
      h('button', null, 'Leave it'),
      button(word, press, { class: 'danger' }),
    ),
  ]);
  own.showModal();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let vanishing;

/** Says something in passing. @param {string} words @param {boolean} [isTrouble] */
export function say(words, isTrouble = false) {
  const place = document.getElementById('status');
  if (!place) return;
  place.className = isTrouble ? 'trouble' : 'said';
  place.textContent = words;
  clearTimeout(vanishing);
  vanishing = setTimeout(() => {
    place.textContent = '';
    place.className = '';
  }, 8_000);
}

/** Says how something ended. @param {Promise<unknown>} work @param {string} words @returns {Promise<boolean>} */
export async function tellOf(work, words) {
  try {
    await work;
    say(words);
    return true;
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown), true);
    return false;
  }
}
