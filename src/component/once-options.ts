import { duration, shown } from '../common/numbers.js';
import { ConfigurationError } from '../errors.js';
import type { Store } from '../once/index.js';
import type { Inbound } from './middleware.js';

/** A message that came again, and whose handler did not run. */
export interface RepeatedMessage {
  /** What it is: as `Inbound.name`. */
  readonly name: string | null;
  /** Whether its sender waits for an answer. */
  readonly kind: Inbound['kind'];
  /** The queue that it came from. */
  readonly queue: string;
  /** Under which it was known: whose message it was … */
  readonly consumer: string;
  /** … and which. */
  readonly id: string;
}

/** How a component handles each message once. */
export interface OnceSetting {
  /** Where it is written down which messages were handled, in the transaction of their handlers. */
  readonly store: Store;
  /**
   * Whose messages they are, where several share a table: a message is handled once for each. Up to 255 bytes.
   * @default the queue that a message came from, so that who takes from two queues has it from each
   */
  readonly consumer?: string | undefined;
  /**
   * By what a message is known again, from 1 to 255 bytes: an id of your business, or that of senders who give no `message_id`. What it throws
   * fails the message. Two messages of one key are one, whatever they contain.
   * @default `context.messageId`; a message without one is parked, and so is one whose id another message has had
   */
  readonly key?: ((message: Inbound) => string) | undefined;
  /** How long it is known that a message was handled, in milliseconds; after that it would be handled again. @default 604,800,000: seven days */
  readonly keepMs?: number | undefined;
  /** Told of each message that came again, beside a line in the log. What it throws is logged. */
  readonly onRepeated?: ((message: RepeatedMessage) => void) | undefined;
}

/** Whether each message is handled once. */
export interface OnceOption {
  /**
   * Handles each message once, however often it comes: its handlers, and middleware, run in a transaction of the store, in which it is
   * written down that they have (`transactionOf`). A call that comes again is given the same answer. Streams are not concerned. See
   * docs/once.md. @default as its class says, and that says no
   */
  readonly once?: OnceSetting | undefined;
}

const weekMs = 7 * 24 * 3_600_000;
/** What AMQP has for an id, and more than a table needs for a name. */
const longest = 255;

/** A setting that can be used, with its defaults. @throws ConfigurationError */
export function checkedOnce(
  owner: string,
  setting: OnceSetting | undefined,
): (OnceSetting & { readonly keepMs: number }) | undefined {
  if (setting === undefined) return undefined;
  const { store, consumer, key, keepMs = weekMs, onRepeated } = setting;
  if (typeof store?.transact !== 'function' || typeof store.claim !== 'function')
    throw new ConfigurationError(
      `${owner}: once needs a store, as in once: { store: new PostgresStore(pool) } (waybill/once).`,
    );
  if (consumer !== undefined && !isKnowable(consumer))
    throw new ConfigurationError(
      `${owner}: once.consumer must be a text from 1 to 255 bytes and is ${shown(consumer)}.`,
    );
  for (const [name, given] of Object.entries({ key, onRepeated })) {
    if (given !== undefined && typeof given !== 'function')
      throw new ConfigurationError(`${owner}: once.${name} must be a function and is ${shown(given)}.`);
  }
  return { ...setting, keepMs: duration(`${owner}: once.keepMs`, keepMs) };
}

/** Whether something can be known by this. n.b. databases take no text with a null character. */
export function isKnowable(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && !id.includes('\0') && Buffer.byteLength(id) <= longest;
}
