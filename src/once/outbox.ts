import { sharedByCopies } from '../common/shared-by-copies.js';
import { ConfigurationError } from '../errors.js';
import { type Packable, packed, unpacked } from './packed.js';
import type { Store } from './store.js';
import { transactionOf, whenCommitted } from './transactions.js';

/** Whether a message leaves at once, or is left to an outbox. */
export interface OutboxSettings {
  /**
   * Leaves the message in a store, in the transaction that runs (of a handler with `static once`, or `transact`): it is sent when that is
   * committed, by an OutboxRelay, and not at all when it is rolled back. The promise resolves when it is written down. Not for calls. See docs/once.md.
   * @default none: it is sent at once
   */
  readonly outbox?: Store | undefined;
}

/** A message that waits in an outbox, with all that is needed to send it. */
export interface KeptMessage extends Packable {
  /** The name of its command, or the key of its handler; null where it has none. */
  readonly name: string | null;
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly hasOwnKey?: boolean | undefined;
  /** When it is to arrive, in milliseconds since 1970; undefined for at once. */
  readonly dueAt?: number | undefined;
}

/** Who is told that something has been put into an outbox of this process. */
const listeners = sharedByCopies('outboxes', () => new WeakMap<object, Set<() => void>>());

/** Writes a message down in the transaction that runs. @throws ConfigurationError where none does, and for what is no store */
export async function putInOutbox(store: Store, message: KeptMessage): Promise<void> {
  if (typeof store?.put !== 'function')
    throw new ConfigurationError(
      'outbox must be a store, as in with({ outbox: new PostgresStore(pool) }) (waybill/once).',
    );
  await store.put(transactionOf(store), { about: aboutOf(message), bytes: bytesOf(message) });
  whenCommitted(store, () => wake(store));
}

/** Tells of each commit in this process that has put something there. Gives what ends that. */
export function onPut(store: Store, listener: () => void): () => void {
  const all = listeners.get(store) ?? new Set();
  listeners.set(store, all.add(listener));
  return () => all.delete(listener);
}

function wake(store: Store): void {
  for (const listener of listeners.get(store) ?? []) listener();
}

/** For people who look into the table. */
function aboutOf({ name, exchange, routingKey }: KeptMessage): string {
  const to = exchange === '' ? `queue ${routingKey}` : `exchange ${exchange}, key ${routingKey}`;
  return `${name ?? 'a message'} to ${to}`;
}

/** What stands before properties and content: JSON, with its length. */
function bytesOf({ properties, content, ...head }: KeptMessage): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(text.length);
  return Buffer.concat([size, text, packed({ properties, content })]);
}

/** The message that was put. @throws for bytes that are none */
export function keptMessage(bytes: Buffer): KeptMessage {
  const size = bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString('utf8', 4, 4 + size)) as Omit<KeptMessage, keyof Packable>;
  return { ...head, ...unpacked(bytes.subarray(4 + size)) };
}
