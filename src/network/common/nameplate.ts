import type { Declaration } from '../../amqp/index.js';
import { controlExchange, presenceExchange, type Selector, word } from './names.js';

/** A process of which the broker tells, in its place: it is connected, whether it can answer or not. */
export interface SilentNode {
  /** By which it is known while it runs. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
  /** The id that the operating system gave it. */
  readonly pid: number;
  /** Those of its components, as many as fit. */
  readonly names: readonly string[];
}

/** How the routing keys of what nameplates tell begin. */
const begin = 'here.';
/** AMQP 0-9-1 allows 255 bytes in a routing key. */
const longestKey = 255;

/** The routing key by which it is asked who is there: of all, of a name, on a host. */
export function whoKey(selector: Selector): string {
  if (selector === 'all') return 'who.all';
  const [[kind, value] = ['all', '']] = Object.entries(selector);
  return `who.${kind}.${word(value)}`;
}

/** What a nameplate tells, as a routing key. */
function hereKey({ id, host, pid, names }: SilentNode): string {
  let key = `${begin}${id}.${pid}.${word(host)}`;
  for (const name of names.map(word)) if (key.length + 1 + name.length <= longestKey) key += `.${name}`;
  return key;
}

/** What the routing key of something that has come tells of a process; undefined for any other. Anybody may have written it. */
export function readHereKey(key: string): SilentNode | undefined {
  if (!key.startsWith(begin)) return undefined;
  const [id = '', pid = '', host = '', ...names] = key.slice(begin.length).split('.');
  return id === '' ? undefined : { id, host: named(host), pid: Number(pid) || 0, names: names.map(named) };
}

/**
 * A nameplate: a queue that is there as long as the connection of its process, and from which nobody takes. What comes to it expires at
 * once, and so goes on to whoever asks, under a routing key that says whose it is: the broker answers, and the process need not.
 */
export function nameplate(queue: string, node: SilentNode): readonly Declaration[] {
  const options = {
    exclusive: true,
    durable: false,
    arguments: {
      'x-message-ttl': 0,
      'x-dead-letter-exchange': presenceExchange,
      'x-dead-letter-routing-key': hereKey(node),
    },
  };
  const keys = new Set([
    ...node.names.map((name) => whoKey({ name })),
    whoKey('all'),
    whoKey({ host: node.host }),
  ]);
  return [
    { kind: 'queue', name: queue, passive: false, options },
    ...[...keys].map(
      (routingKey): Declaration => ({ kind: 'binding', exchange: controlExchange, queue, routingKey }),
    ),
  ];
}

/** What {@link word} has made of a name, as far as that can be known. */
function named(told: string): string {
  if (told === '%') return '';
  try {
    return decodeURIComponent(told);
  } catch {
    return told;
  }
}
