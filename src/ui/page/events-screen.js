/** @import { NetworkEvent } from '../../network/index.js' */
/** @import { Health } from './health.js' */
import { hrefOf } from './map.js';
import { dot, heading, link, quiet } from './parts.js';
import { store } from './store.js';
import { h } from './view.js';
import { dayAndTime } from './words.js';

/** @type {Readonly<Record<NetworkEvent['kind'], readonly [Health, string]>>} */
const words = {
  join: ['ok', 'has come'],
  leave: ['ended', 'has left'],
  busy: ['busy', 'does not answer: busy, or stopped'],
  back: ['ok', 'answers again'],
  gone: ['bad', 'is gone without a word'],
  lost: ['bad', 'is gone after it did not answer'],
};

/** What has happened, the newest first. @param {string} search */
export function eventsScreen(search) {
  const shown = store.events.filter((event) => textOf(event).toLowerCase().includes(search)).reverse();
  return [
    heading('Events'),
    shown.length === 0
      ? quiet('Nothing has happened since this page looks.')
      : h('ol', { class: 'events', role: 'log', 'aria-label': 'Events' }, shown.map(line)),
    quiet('Kept while somebody looks, the last thousand.'),
  ];
}

/** @param {NetworkEvent} event */
function line(event) {
  const { at, kind, name, node, reason } = event;
  const [health, said] = words[kind];
  const place = `${node.host} ${node.pid}`;
  const who = name ? [link(hrefOf(name), name), ` on ${place}`] : place;
  return h(
    'li',
    { key: `${at} ${kind} ${node.id} ${name}` },
    h('time', { datetime: at }, dayAndTime(at)),
    dot(health, kind),
    h('span', null, who, ` ${said}`, reason && `: ${reason}`),
  );
}

/** @param {NetworkEvent} event */
function textOf({ kind, name = '', node, reason = '' }) {
  return `${kind} ${name} ${node.host} ${node.pid} ${reason}`;
}
