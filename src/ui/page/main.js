import { callScreen } from './call-screen.js';
import { componentScreen } from './component-screen.js';
import { eventsScreen } from './events-screen.js';
import { failedScreen, parkedScreen } from './failed-screen.js';
import { homeScreen } from './home-screen.js';
import { help, listenToKeys } from './keyboard.js';
import { messageScreen, messagesScreen } from './message-screen.js';
import { parkedMessageScreen } from './parked-screen.js';
import { trouble } from './parts.js';
import { takeToken } from './session.js';
import { follow, forget, onChange, store } from './store.js';
import { versionsScreen } from './versions-screen.js';
import { h, show } from './view.js';

/** @import { Shown } from './view.js' */

/** Those that one goes to by a number. */
const screens = /** @type {const} */ ([
  ['map', 'Components'],
  ['messages', 'Messages'],
  ['failed', 'Failed'],
  ['call', 'Call'],
  ['versions', 'Versions'],
  ['events', 'Events'],
]);

/** Under which of them others stand. @type {Readonly<Record<string, string>>} */
const parents = { table: 'map', component: 'map', message: 'messages' };

/** By the first word of the address. @type {Readonly<Record<string, (words: readonly string[], search: string) => Shown>>} */
const drawings = {
  map: (_words, search) => homeScreen('map', search),
  table: (_words, search) => homeScreen('table', search),
  component: ([name = '']) => componentScreen(name),
  messages: (_words, search) => messagesScreen(search),
  message: ([name = '']) => messageScreen(name),
  failed: ([queue, id], search) => {
    if (queue === undefined) return failedScreen(search);
    return id === undefined ? parkedScreen(queue, search) : parkedMessageScreen(queue, id);
  },
  call: ([id = '']) => callScreen(id),
  versions: (_words, search) => versionsScreen(search),
  events: (_words, search) => eventsScreen(search),
};

const main = /** @type {HTMLElement} */ (document.getElementById('screen'));
const nav = /** @type {HTMLElement} */ (document.getElementById('screens'));
const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));

/** Where one is: `#/component/Shop`. */
function place() {
  const [name = '', ...words] = location.hash.replace(/^#\//, '').split('/').map(decoded);
  return Object.hasOwn(drawings, name)
    ? { name, words }
    : { name: window.innerWidth < 640 ? 'table' : 'map', words: [] };
}

/** @param {string} word */
function decoded(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

let drawnAt = -Infinity;
/** What was drawn last. @type {string | undefined} */
let drawn;

function draw() {
  drawnAt = performance.now();
  const { name, words } = place();
  const key = [name, ...words].join('/');
  document.title = `${words.at(-1) ?? name} · Waybill`;
  show(
    nav,
    screens.map(([to, title]) =>
      h(
        'a',
        { key: to, href: `#/${to}`, 'aria-current': (parents[name] ?? name) === to ? 'page' : undefined },
        title,
      ),
    ),
  );
  show(main, [
    banner(),
    store.state !== 'locked' && h('div', { class: `screen on-${name}`, key }, screenOf(name, words)),
  ]);
  if (drawn !== undefined && drawn !== key) begin();
  drawn = key;
}

/** Whatever goes wrong in one screen, the others stay. @param {string} name @param {readonly string[]} words @returns {Shown} */
function screenOf(name, words) {
  try {
    return drawings[name]?.(words, search.value.trim().toLowerCase());
  } catch (thrown) {
    console.error(thrown);
    return trouble(`This cannot be shown: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
}

/** What one must know before believing the rest. */
function banner() {
  if (store.state === 'locked')
    return trouble(
      'This page may not look: open the address that `waybill ui` has printed. It is another one each time.',
    );
  if (store.state === 'lost')
    return trouble(
      `\`waybill ui\` does not answer (${store.error}). What is shown is as it was; this page goes on when it is back.`,
    );
  if (store.overview && !store.overview.connected)
    return trouble('There is no connection to the broker. What is shown is as it was.');
  return null;
}

/**
 * Another place begins at its top, and the keyboard with it, unless somebody writes in the search already: browsers tell of the
 * place later than of the keys that were pressed there.
 */
function begin() {
  window.scrollTo(0, 0);
  if (document.activeElement !== search) main.focus({ preventScroll: true });
}

function turn() {
  location.hash = place().name === 'table' ? '#/map' : '#/table';
}

function clear() {
  search.value = '';
  draw();
}

takeToken();
onChange(draw);
window.addEventListener('hashchange', draw);
search.addEventListener('input', draw);
document.getElementById('help-button')?.addEventListener('click', help);
listenToKeys({ screens: screens.map(([to]) => `#/${to}`), again: () => forget('/api/'), turn, clear });
// Ages are told in seconds.
setInterval(() => void (document.hidden || performance.now() - drawnAt < 900 || draw()), 1_000);
draw();
void follow();
