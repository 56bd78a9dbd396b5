import { carriedProperties, type MessageProperties, nextMessageId, type Outgoing } from '../amqp/index.js';
import { MalformedMessageError } from '../errors.js';
import { heightFor, keyFor, levelName, secondsOf } from './ladder.js';

/** In this header stands what a message is that waits, and where it goes. */
export const lateHeader = 'x-waybill-late';

type Headers = Readonly<Record<string, unknown>>;

/**
 * What of a message is kept aside while it waits: all by which the broker would do something with it on the way. Its headers, too: CC
 * would lead it elsewhere, and an old `x-death` would have it taken for one that goes round.
 */
interface Late {
  readonly exchange: string;
  readonly key: string;
  /** When it is due, in milliseconds since 1970 by the clock of its sender: for people. */
  readonly at: number;
  readonly mandatory: boolean;
  readonly id?: string | undefined;
  readonly headers?: Headers | undefined;
  readonly priority?: number | undefined;
  readonly expiration?: string | undefined;
  /** How often it was put onto the ladder again, since a level had been missing. */
  readonly again?: number | undefined;
}

/** A message as it waits. @param id by which it is known on the ladder */
export function lateMessage(message: Outgoing, seconds: number, id: string | undefined): Outgoing {
  const { exchange, routingKey: key, content, mandatory, properties } = message;
  const { headers, priority, expiration, messageId } = properties;
  const at = Date.now() + seconds * 1_000;
  const late: Late = { exchange, key, at, mandatory, id: messageId, headers, priority, expiration };
  return onLadder(late, seconds, {
    content,
    properties: { ...properties, messageId: id ?? nextMessageId() },
  });
}

/** What has come out of the ladder, as far as it is looked at. */
interface Arrived {
  readonly content: Buffer;
  readonly properties: MessageProperties;
  readonly fields: { readonly routingKey: string };
}

/** The message that has waited, as it was sent. @throws MalformedMessageError for what is none */
export function messageIn({ content, properties }: Arrived): Outgoing {
  const { exchange, key, mandatory, id, headers, priority, expiration } = readLate(properties.headers);
  const { priority: _level, expiration: _life, ...carried } = carriedProperties(properties);
  return {
    exchange,
    routingKey: key,
    content,
    mandatory,
    // n.b. of what is unroutable we hear by its id.
    properties: { ...carried, messageId: id ?? nextMessageId(), headers, priority, expiration },
  };
}

/** The same, put onto the ladder again for what it has not waited. @throws MalformedMessageError, also when that does not help */
export function againOnLadder({ content, properties }: Arrived, seconds: number): Outgoing {
  const late = readLate(properties.headers);
  const { again = 0 } = late;
  if (again >= mostTimes)
    throw new MalformedMessageError(
      `It came from the ladder ${again + 1} times before its time: levels of it are missing, or the broker does not tell in x-death where a message has waited.`,
    );
  return onLadder({ ...late, again: again + 1 }, seconds, {
    content,
    properties: carriedProperties(properties),
  });
}

/** Who deletes levels more often than this is not waited for. */
const mostTimes = 5;

/**
 * How many seconds a message has not waited: those of the levels that its key names and `x-death` does not. 0 for what has come another
 * way, after a retry or from the parked ones.
 */
export function secondsLeftOut({ fields, properties }: Arrived): number {
  const seconds = secondsOf(fields.routingKey);
  if (seconds === undefined) return 0;
  const deaths: unknown = properties.headers?.['x-death'];
  const passed = new Set(
    Array.isArray(deaths) ? deaths.map((death: unknown) => (Object(death) as { queue?: unknown }).queue) : [],
  );
  let missing = 0;
  for (let level = 0; level < heightFor(seconds); level++)
    if (((seconds >>> level) & 1) === 1 && !passed.has(levelName(level))) missing += 2 ** level;
  return missing;
}

function onLadder(late: Late, seconds: number, { content, properties }: Omit<Arrived, 'fields'>): Outgoing {
  return {
    exchange: levelName(heightFor(seconds) - 1),
    routingKey: keyFor(seconds),
    content,
    mandatory: true,
    properties: {
      ...properties,
      headers: { [lateHeader]: late },
      // n.b. in RabbitMQ 4.0 a message of a higher priority hides one behind it whose time is over.
      priority: undefined,
      expiration: undefined,
    },
  };
}

/** n.b. anybody may have written it who may write to the ladder. */
function readLate(headers: Headers | undefined): Late {
  const { exchange, key, ...rest } = Object(headers?.[lateHeader]) as Record<string, unknown>;
  if (!isShort(exchange) || !isShort(key))
    throw new MalformedMessageError(
      `It has no header ${lateHeader} that says where to: it was not delayed by Waybill.`,
    );
  const { at, mandatory, id, headers: own, priority, expiration, again } = rest;
  return {
    exchange,
    key,
    at: Number(at),
    mandatory: mandatory !== false,
    id: isShort(id) && id !== '' ? id : undefined,
    headers: typeof own === 'object' && own !== null && !Array.isArray(own) ? (own as Headers) : undefined,
    priority:
      Number.isInteger(priority) && (priority as number) >= 0 ? (priority as number) & 255 : undefined,
    expiration: isLife(expiration) ? expiration : undefined,
    again: Number.isSafeInteger(again) ? (again as number) : undefined,
  };
}

/** What RabbitMQ takes for the life of a message: it closes the channel for all else (RabbitMQ docs, Time-To-Live). */
function isLife(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) && Number(value) <= 4_294_967_295;
}

/** What AMQP's short strings hold (section 4.2.5.3). */
function isShort(value: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) <= 255;
}
