import type { Declaration } from '../../amqp/index.js';

/** The topic exchange by which components are asked and steered. */
export const controlExchange = 'waybill.control';
/** The topic exchange by which components tell of themselves. */
export const presenceExchange = 'waybill.presence';

/** Both of them, as everybody declares them. */
export const exchanges: readonly Declaration[] = [controlExchange, presenceExchange].map((name) => ({
  kind: 'exchange',
  name,
  type: 'topic',
  passive: false,
  options: { durable: true },
}));

/** The queue of one process, for what is asked of it: exclusive to its connection, so that it is there as long as that. */
export function controlQueue(id: string): string {
  return `waybill.ctl.${id}`;
}

/** How the names of all queues begin to which answers go. */
export const answersTo = 'waybill.watch.';

/** Whom a request is for: `all`, or those of a `name`, on a `host`, in the process of an `id`. */
export type Selector =
  | 'all'
  | { readonly name: string }
  | { readonly host: string }
  | { readonly id: string };

/** The routing key of a request. */
export function requestKey(selector: Selector, command: string): string {
  if (selector === 'all') return `all.${command}`;
  const [[kind, value] = ['all', '']] = Object.entries(selector);
  return `${kind}.${word(value)}.${command}`;
}

/** The binding keys by which a process hears what is for all, and for it. */
export function requestPatterns(id: string, host: string): readonly string[] {
  return ['all.*', requestKey({ host }, '*'), requestKey({ id }, '*')];
}

/** The binding key by which a process hears what is for the components of a name. */
export function namePattern(name: string): string {
  return requestKey({ name }, '*');
}

/** What the routing key of a request says; undefined for what is none. */
export function readRequestKey(
  key: string,
): { readonly command: string; readonly name: string | undefined } | undefined {
  const [kind, ...rest] = key.split('.');
  const command = rest.at(-1);
  if (command === undefined) return undefined;
  return { command, name: kind === 'name' ? rest[0] : undefined };
}

/** The routing key of what a component tells. */
export function presenceKey(what: string, name: string, id: string): string {
  return `${what}.${word(name)}.${id}`;
}

/** Longer ones would not fit into a routing key: AMQP 0-9-1 allows 255 bytes. */
const longestWord = 100;

/** A name as one word of a topic; one that is too long is cut, so others may have the same word. */
export function word(name: string): string {
  // By way of bytes, since half of a character cannot be written.
  const escaped = encodeURIComponent(Buffer.from(name).toString()).replace(
    /[.*~!'()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return escaped === '' ? '%' : escaped.slice(0, longestWord);
}
