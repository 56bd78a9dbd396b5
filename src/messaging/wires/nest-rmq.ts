import { nextMessageId } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import { MalformedMessageError, MalformedReplyError } from '../../errors.js';
import { isRecord } from '../../wire/index.js';
import type { ArrivedAnswer, MeantAnswer, ToldFailure, Wire } from './wire.js';

/** A pattern of Nest's handlers: a text, a number, or an object of these. */
export type NestPattern = string | number | { readonly [key: string]: NestPattern };

/** How messages of Nest's transport travel. */
export interface NestRmqOptions {
  /** As the transport's option of this name: sent is to an exchange, by the pattern as routing key. @default false: to a queue */
  readonly wildcards?: boolean | undefined;
}

/**
 * The messages of Nest's transport for RabbitMQ (`Transport.RMQ`), in both directions: a component takes what a `ClientProxy` sends and
 * emits, and a producer calls and tells the handlers of a Nest service. The name of a message is its pattern, see {@link nestPattern}.
 * A call is answered by `{ response, isDisposed: true }`, or by `{ err: { status: 'error', name, message, code }, isDisposed: true }`. Where a
 * Nest service answers with several values the last one is the answer.
 */
export function nestRmq({ wildcards = false }: NestRmqOptions = {}): Wire {
  return {
    read({ body, replyTo }) {
      if (!isRecord(body) || !('pattern' in body))
        throw new MalformedMessageError("The body is none of Nest's: it has no 'pattern'.");
      const name = patternName(body['pattern']);
      return {
        name,
        parameters: body['data'] ?? {},
        isCall: body['id'] !== undefined && replyTo !== undefined,
      };
    },
    write: ({ name, parameters, isCall }) => ({
      body: { pattern: patternOf(name), data: parameters, ...(isCall && { id: nextMessageId() }) },
      key: wildcards ? name : undefined,
    }),
    writeAnswer: (value) => ({ body: { response: value, isDisposed: true } }),
    writeFailure: ({ name, message, details = {} }) => ({
      body: { err: { status: 'error', name, message, ...details }, isDisposed: true },
    }),
    newReader,
  };
}

/**
 * The name that a pattern of Nest's has in Waybill: a text is itself, a number its digits, an object JSON with its keys in order, since
 * `{ cmd: 'sum' }` and the same in another order are one pattern. For `static names`, and in decorators:
 * `@RpcHandler('command', nestPattern({ cmd: 'sum' }))`.
 */
export function nestPattern(pattern: NestPattern): string {
  return patternName(pattern);
}

function patternName(pattern: unknown): string {
  if (typeof pattern === 'string') return pattern;
  if (typeof pattern === 'number' || isRecord(pattern)) return JSON.stringify(ordered(pattern));
  const kind = pattern === null ? 'null' : Array.isArray(pattern) ? 'a list' : typeof pattern;
  throw new MalformedMessageError(
    `The pattern of the message is ${kind}; it may be a text, a number or an object.`,
  );
}

function ordered(pattern: unknown): unknown {
  if (!isRecord(pattern)) return pattern;
  const keys = Object.keys(pattern).sort();
  return Object.fromEntries(keys.map((key) => [key, ordered(pattern[key])]));
}

/** As Nest's client has it: objects leave as objects. */
function patternOf(name: string): unknown {
  if (!name.startsWith('{')) return name;
  try {
    return JSON.parse(name);
  } catch {
    return name;
  }
}

/** Values come one by one; the call ends with `isDisposed`, which may stand beside the last one, or with an error. */
function newReader(): (answer: ArrivedAnswer) => MeantAnswer {
  let last: unknown = null;
  return ({ body }) => {
    if (!isRecord(body)) throw notNest(body);
    const { err, response, isDisposed } = body;
    if (err !== undefined && err !== null) return { failure: failureOf(err) };
    if (response === undefined && isDisposed !== true) throw notNest(body);
    if (response !== undefined) last = response;
    return isDisposed === true ? { value: last } : undefined;
  };
}

/** What a Nest service throws may be anything: a text, `{ status, message }`, or an object of its own. */
function failureOf(err: unknown): ToldFailure {
  const { name, message }: Record<string, unknown> = isRecord(err) ? err : { message: err };
  return {
    name: typeof name === 'string' ? name : 'RpcException',
    message: typeof message === 'string' ? message : cut(JSON.stringify(err), 1_000),
    details: isRecord(err) ? err : undefined,
  };
}

function notNest(body: unknown): MalformedReplyError {
  return new MalformedReplyError(
    `The answer is none of Nest's: it has no 'response', no 'err' and no 'isDisposed', but is ${cut(JSON.stringify(body))}.`,
  );
}
