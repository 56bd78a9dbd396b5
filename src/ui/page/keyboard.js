import { isOpen, open } from './dialogs.js';
import { h } from './view.js';

const keys = /** @type {const} */ ([
  ['/', 'search'],
  ['j k, or arrows', 'next, previous'],
  ['Enter', 'open'],
  ['Esc', 'back; out of the search'],
  ['1 … 6', 'the screens'],
  ['t', 'map or table'],
  ['r', 'look again'],
  ['?', 'these keys'],
]);

/** Shows what the keys do. */
export function help() {
  open(
    'Keys',
    h(
      'dl',
      { class: 'keys' },
      keys.map(([key, does]) => [h('dt', null, h('kbd', null, key)), h('dd', null, does)]),
    ),
  );
}

/**
 * Listens to keys. @param {{ screens: readonly string[], again: () => void, turn: () => void, clear: () => void }} does
 */
export function listenToKeys({ screens, again, turn, clear }) {
  const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));
  /** @type {Readonly<Record<string, () => void>>} */
  const single = {
    '/': () => search.select(),
    '?': help,
    j: () => move(1),
    k: () => move(-1),
    r: again,
    t: turn,
    Escape: () => history.back(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isOpen()) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target === search) return inSearch(event, search, clear);
    if (target.closest('input, textarea, select')) return void (event.key === 'Escape' && target.blur());
    const screen = screens[Number(event.key) - 1];
    if (screen !== undefined) location.hash = screen;
    else if (event.key.startsWith('Arrow')) return arrow(event);
    else if (Object.hasOwn(single, event.key)) single[event.key]?.();
    else return;
    event.preventDefault();
  });
}

/** @param {KeyboardEvent} event @param {HTMLInputElement} search @param {() => void} clear */
function inSearch(event, search, clear) {
  if (event.key === 'Escape') {
    clear();
    search.blur();
  } else if (event.key === 'Enter' || event.key === 'ArrowDown') items()[0]?.focus();
  else return;
  event.preventDefault();
}

/** What j and k go through, as it stands on the screen. @returns {(HTMLElement | SVGElement)[]} */
function items() {
  const all = /** @type {NodeListOf<HTMLElement | SVGElement>} */ (
    document.querySelectorAll('#screen [data-item]')
  );
  return [...all].filter((each) => !each.closest('.dim'));
}

/** @param {1 | -1} step */
function move(step) {
  const all = items();
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next =
    at === -1 ? (step === 1 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  focus(all[next]);
}

/** @param {HTMLElement | SVGElement | undefined} item */
function focus(item) {
  item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** On the map to the nearest in that direction; in lists up and down. @param {KeyboardEvent} event */
function arrow(event) {
  const now = document.activeElement;
  const isVertical = event.key === 'ArrowDown' || event.key === 'ArrowUp';
  if (now instanceof SVGElement && now.matches('[data-item]')) focus(nearest(now, event.key));
  else if (
    isVertical &&
    (items().includes(/** @type {HTMLElement} */ (now)) || document.querySelector('#screen svg a'))
  )
    move(event.key === 'ArrowDown' ? 1 : -1);
  else return;
  event.preventDefault();
}

/** @type {Readonly<Record<string, readonly [x: number, y: number]>>} */
const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** @param {SVGElement} from @param {string} key */
function nearest(from, key) {
  const [x, y] = directions[key] ?? [0, 0];
  const start = middleOf(from);
  let best = { far: Infinity, item: /** @type {HTMLElement | SVGElement | undefined} */ (undefined) };
  for (const item of items()) {
    const at = middleOf(item);
    const along = (at.x - start.x) * x + (at.y - start.y) * y;
    const aside = Math.abs((at.x - start.x) * y) + Math.abs((at.y - start.y) * x);
    const far = along + 2 * aside;
    if (along > 1 && far < best.far) best = { far, item };
  }
  return best.item;
}

/** @param {Element} item */
function middleOf(item) {
  const { x, y, width, height } = item.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}
