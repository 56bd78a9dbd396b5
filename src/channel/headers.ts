import { type Arguments, amqplibTable, type HeaderValue } from '../amqp/index.js';

export type { HeaderValue } from '../amqp/index.js';

/** The headers of a message. */
export type Headers = Readonly<Record<string, HeaderValue>>;

/** Headers as amqplib writes them. @throws ConfigurationError naming the first that AMQP cannot carry: nothing is sent then */
export function writeHeaders(headers: Headers): Record<string, unknown> {
  return amqplibTable(headers, 'headers');
}

/**
 * The arguments of a declaration, a binding or a consumer, by the same rules as headers.
 * @throws ConfigurationError naming the first that AMQP cannot carry: nothing is sent then
 */
export function writeArguments(args: Arguments | undefined): Record<string, unknown> | undefined {
  return args && amqplibTable(args, 'arguments');
}

/**
 * Headers as they came, dates as Dates where JavaScript has such dates. Changes what it is given, one table after the other:
 * they may be thousands deep.
 */
export function readHeaders(headers: Readonly<Record<string, unknown>>): Headers {
  const open: object[] = [headers];
  for (let values = open.pop(); values; values = open.pop()) {
    for (const [name, value] of Object.entries(values)) {
      const date = dateOf(value);
      // n.b. a value of its own, so that the name __proto__ is one like any other.
      if (date) (values as Record<string, unknown>)[name] = date;
      else if (hasValues(value)) open.push(value);
    }
  }
  return headers as Headers;
}

function dateOf(value: unknown): Date | undefined {
  if (!hasValues(value) || !Object.hasOwn(value, '!')) return undefined;
  const { '!': type, value: seconds } = value as { readonly '!': unknown; readonly value?: unknown };
  if (type !== 'timestamp') return undefined;
  const date = new Date(Number(seconds) * 1_000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function hasValues(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
