import {
  changeProperties,
  type HeaderValue,
  isHeaderOfTheBroker,
  type MessageProperties,
  writableTable,
} from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { type Bounds, duration, shown, wholeNumber } from '../common/numbers.js';
import type { DelaySettings } from '../delaying/index.js';
import { ConfigurationError } from '../errors.js';
import type { OutboxSettings } from '../once/index.js';

/** What can be said of a message beside its content. What is undefined is as the style has it. */
export interface MessageSettings extends DelaySettings, OutboxSettings {
  /**
   * Headers of your own, for exchanges of the type `headers`, plugins (`x-delay`), other programs, and handlers (`context.headers`).
   * Names that begin with `x-waybill-`, those in which the broker keeps its books (`x-death`), and one that the style sets itself are
   * refused, as is what AMQP cannot carry. They are copied when the message is sent.
   */
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
  /** From 0 to 255; it counts in queues with `x-max-priority`, and in quorum queues as high from 5 on. @default none; 5 in `waybill/workers` */
  readonly priority?: number | undefined;
  /** How long the message may wait in a queue before the broker drops it, in milliseconds up to 4,294,967,295; fractions are rounded up. @default for ever */
  readonly expirationMs?: number | undefined;
  /**
   * The id by which receivers know the message again, from 1 to 255 bytes; all destinations get the same. Use each once: Waybill's
   * consumers take two equal messages with one id for one that came twice. @default one that no other message has
   */
  readonly messageId?: string | undefined;
  /** What kind of message it is, for people and other programs, up to 255 bytes. @default the name of the command; `call` in `waybill/workers` */
  readonly type?: string | undefined;
}

/** The same of a call, whose id and life are Waybill's: it is known by its id, and lives as long as its caller waits. */
export type CallMessageSettings = Pick<MessageSettings, 'headers' | 'priority' | 'type'>;

/** AMQP carries it in one byte (section 1.8.3). */
const priorities: Bounds = { min: 0, max: 255 };
/** RabbitMQ counts it in 32 bits (docs, TTL). */
const lives: Bounds = { min: 0, max: 2 ** 32 - 1 };
/** What AMQP's short strings hold (section 4.2.5.3). */
const shortBytes = 255;

/**
 * The properties that a message's settings stand for; undefined where nothing is said, so that nothing is to be done.
 * @param owner whose message it is, for people.
 * @throws ConfigurationError naming owner, setting and value: nothing was sent
 */
export function messageProperties(owner: string, settings: MessageSettings): MessageProperties | undefined {
  const { headers, priority, expirationMs, messageId, type } = settings;
  if (headers === undefined && priority === undefined && expirationMs === undefined) {
    if (messageId === undefined && type === undefined) return undefined;
  }
  return {
    headers: headers === undefined ? undefined : checkedHeaders(owner, headers),
    priority: priority === undefined ? undefined : wholeNumber(`${owner}: priority`, priority, priorities),
    expiration: expirationMs === undefined ? undefined : lifeOf(owner, expirationMs),
    messageId: messageId === undefined ? undefined : shortString(`${owner}: messageId`, messageId, 1),
    type: type === undefined ? undefined : shortString(`${owner}: type`, type, 0),
  };
}

/** The same for a call. @throws ConfigurationError also for an id, a life, a delay and an outbox, which are not for its caller to say */
export function callProperties(owner: string, settings: MessageSettings): MessageProperties | undefined {
  if (settings.messageId !== undefined)
    throw notForCalls(owner, 'messageId', 'its id is how its answer, its attempts and its cancel are known');
  if (settings.expirationMs !== undefined)
    throw notForCalls(owner, 'expirationMs', 'it lives as long as its caller waits: say timeoutMs instead');
  if (settings.delayMs !== undefined || settings.at !== undefined)
    throw notForCalls(
      owner,
      settings.at === undefined ? 'delayMs' : 'at',
      'its caller waits for the answer now',
    );
  if (settings.outbox !== undefined)
    throw notForCalls(owner, 'outbox', 'its caller waits for the answer now, and not for a commit');
  return messageProperties(owner, settings);
}

/**
 * A message's properties with what was said of it.
 * @throws ConfigurationError for a header that is there already: whoever reads the message goes by it
 */
export function withSettings(
  owner: string,
  given: MessageProperties,
  own: MessageProperties | undefined,
): MessageProperties {
  if (!own) return given;
  const taken = Object.keys(own.headers ?? {}).find((name) => Object.hasOwn(given.headers ?? {}, name));
  if (taken !== undefined) throw refused(owner, taken, 'is set already, and means something there');
  const headers = given.headers && own.headers ? { ...given.headers, ...own.headers } : own.headers;
  return changeProperties(given, { ...own, headers });
}

function checkedHeaders(owner: string, headers: object): Record<string, unknown> {
  const table = writableTable(headers as Readonly<Record<string, unknown>>, `${owner}: headers`);
  for (const [name, value] of Object.entries(table)) {
    if (/^x-waybill-/i.test(name)) throw refused(owner, name, "is Waybill's own");
    if (isHeaderOfTheBroker(name)) throw refused(owner, name, 'is written by the broker');
    if ((name === 'CC' || name === 'BCC') && !isListOfTexts(value))
      throw refused(owner, name, 'must be a list of routing keys, or the broker closes the channel');
  }
  return table;
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function lifeOf(owner: string, expirationMs: unknown): string {
  return String(Math.ceil(duration(`${owner}: expirationMs`, expirationMs, lives)));
}

function shortString(setting: string, value: unknown, least: 0 | 1): string {
  if (typeof value === 'string' && value.length >= least && Buffer.byteLength(value) <= shortBytes)
    return value;
  const is = typeof value === 'string' ? `has ${Buffer.byteLength(value)}` : `is ${shown(value)}`;
  throw new ConfigurationError(`${setting} must be a text from ${least} to ${shortBytes} bytes and ${is}.`);
}

function refused(owner: string, name: string, why: string): ConfigurationError {
  return new ConfigurationError(`${owner}: the header '${cut(name)}' ${why}. Nothing was sent.`);
}

function notForCalls(owner: string, setting: string, why: string): ConfigurationError {
  return new ConfigurationError(`${owner}: ${setting} is not for calls; ${why}. Nothing was sent.`);
}
