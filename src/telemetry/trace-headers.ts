import type { MessageProperties } from '../amqp/index.js';

/** How headers travel. */
export type Headers = NonNullable<MessageProperties['headers']>;

/** The headers that carry a trace (W3C Trace Context and Baggage, and its draft for AMQP). */
const traceHeaders = ['traceparent', 'tracestate', 'baggage'] as const;

/** No header of a trace is longer, in characters: the limit of W3C Baggage. What is longer does not travel on. */
const longest = 8_192;
/** So many entries has a baggage at most (W3C Baggage). */
const mostEntries = 180;

/** The text of a header that carries a trace; undefined where there is none, or it is none that may be read. It comes from anybody. */
export function traceText(headers: Headers | undefined, name: string): string | undefined {
  const told: unknown = Object.hasOwn(headers ?? {}, name) ? headers?.[name] : undefined;
  const text = Buffer.isBuffer(told) && told.length <= longest ? told.toString() : told;
  return typeof text === 'string' && fits(name, text) ? text : undefined;
}

/** The headers of a request over HTTP that carry its trace; undefined where none does. */
export function tracedBy(headers: { get(name: string): string | null }): Headers | undefined {
  if (headers.get('traceparent') === null) return undefined;
  const told = traceHeaders.map((name) => [name, headers.get(name)]);
  return Object.fromEntries(told.filter(([, text]) => text !== null)) as Headers;
}

/** Whether a header that carries a trace may travel. */
export function fits(name: string, text: string): boolean {
  return (
    text.length <= longest && (name !== 'baggage' || text.split(',', mostEntries + 1).length <= mostEntries)
  );
}

/**
 * What a message that leaves takes over from the one that is handled, where nobody here traces: so a chain of others is not broken by
 * this process. Undefined where there is nothing to take over.
 */
export function passedOn(handled: Headers | undefined, own: Headers | undefined): Headers | undefined {
  if (!handled || traceText(handled, 'traceparent') === undefined) return undefined;
  if (own && traceHeaders.some((name) => Object.hasOwn(own, name))) return undefined;
  const taken = traceHeaders.map((name) => [name, traceText(handled, name)]);
  return { ...own, ...Object.fromEntries(taken.filter(([, text]) => text !== undefined)) };
}
