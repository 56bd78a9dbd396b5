import { choice } from '../../common/choices.js';
import { cut } from '../../common/foreign-text.js';
import { ConfigurationError, MalformedMessageError } from '../../errors.js';
import { isRecord } from '../../wire/index.js';
import { anyName } from '../handlers/entry.js';
import { matchesKey } from './routing-pattern.js';
import type {
  ArrivedAnswer,
  ArrivedMessage,
  LeavingMessage,
  MeantAnswer,
  ToldMessage,
  Wire,
} from './wire.js';

/** Where a name stands in a header. */
interface HeaderName {
  /** Which one. */
  readonly header: string;
}

/** How messages of plain JSON are told apart. */
export interface PlainJsonOptions {
  /**
   * Where the name of a message stands. `key`: it is the routing key, and a name of a handler may be a pattern of keys (`order.*.placed`);
   * commands and calls are sent by their names, events by their keys, and the key of `eks` counts for nothing. `type`: in the property of
   * that name; `{ header }`: in a header; sent is by the key of `eks`. @default 'key'
   */
  readonly name?: 'key' | 'type' | HeaderName | undefined;
}

/** The property `type` of answers, by which a failure is told from a value that looks like one. */
const types = { value: 'result', failure: 'error' } as const;

/**
 * Messages whose body is what they carry, and nothing else: other teams' events, golevelup's messages, `curl`'s. One that names a `reply_to`
 * is a call; its answer is the value, or `{ "error": { "name", "message", "code" } }` with the property `type` set to `error`.
 *
 * ```ts
 * class Mail extends MessageProcessor {
 *   static override readonly wire = plainJson();
 *   static override readonly eqks = [[ShopEvents, [['mail', 'order.*.placed']]]] as const;
 *
 *   @EventHandler('order.*.placed', Order)
 *   placed({ parameters: order }: Content<Order>) { … }
 * }
 * ```
 * @throws ConfigurationError for a place where no name can stand
 */
export function plainJson({ name = 'key' }: PlainJsonOptions = {}): Wire {
  const header = headerOf(name);
  const nameIn = ({ routingKey, type, headers }: ArrivedMessage, names: readonly string[]): unknown => {
    if (header !== undefined) return headers[header];
    return name === 'key' ? handlerOf(routingKey, names) : type;
  };
  return {
    read(message, names) {
      const told = nameIn(message, names);
      if (typeof told !== 'string' || told === '') throw nameless(header, told);
      return { name: told, parameters: message.body, isCall: message.replyTo !== undefined };
    },
    write: ({ name: told, parameters, eventKey }: ToldMessage): LeavingMessage => ({
      body: parameters,
      key: name === 'key' ? (eventKey ?? told) : eventKey,
      headers: header === undefined ? undefined : { [header]: told },
    }),
    writeAnswer: (value) => ({ body: value, type: types.value }),
    writeFailure: ({ name: told, message, details = {} }) => ({
      body: { error: { name: told, message, ...details } },
      type: types.failure,
    }),
    newReader: () => readAnswer,
  };
}

/** The handler of this very key, else the first one whose pattern fits; else nobody's. */
function handlerOf(key: string, names: readonly string[]): string {
  if (names.includes(key)) return key;
  return names.find((name) => name !== anyName && matchesKey(name, key)) ?? key;
}

function headerOf(name: NonNullable<PlainJsonOptions['name']>): string | undefined {
  if (!isRecord(name)) {
    choice('plainJson: name', name, ['key', 'type']);
    return undefined;
  }
  if (typeof name.header === 'string' && name.header !== '') return name.header;
  throw new ConfigurationError("plainJson: name needs a header: { header: 'x-event' }.");
}

function nameless(header: string | undefined, told: unknown): MalformedMessageError {
  const place = header === undefined ? "property 'type'" : `header '${cut(header)}'`;
  return new MalformedMessageError(
    `The message has no name in its ${place}, where this component looks for one, but ${told === '' ? 'an empty text' : typeof told}.`,
  );
}

/** An answer without a body is that of a handler that gave nothing. */
function readAnswer({ body, type }: ArrivedAnswer): MeantAnswer {
  if (type !== types.failure) return { value: body ?? null };
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const { name, message } = error;
  return {
    failure: {
      name: typeof name === 'string' ? name : 'Error',
      message: typeof message === 'string' ? message : '',
      details: error,
    },
  };
}
