import { sharedByCopies } from '../common/shared-by-copies.js';
import { ConfigurationError } from '../errors.js';
import type { DeliveryContext } from './delivery-context.js';

/** Who sends or takes a message. */
export interface ComponentInfo {
  /** The style that it is written in. */
  readonly style: 'messaging' | 'workers' | 'registry' | 'app';
  /** What it is called in logs: its class, unless it was given a name. */
  readonly name: string;
}

/** A message that has come, as middleware sees it. */
export interface Inbound {
  /** Who takes the message. */
  readonly component: ComponentInfo;
  /** `call` where somebody waits for an answer. */
  readonly kind: 'message' | 'call';
  /**
   * What it is: the name of its command (`waybill`), the key of its handler (`waybill/registry`), else the queue that it came from.
   * Null where the sender named nothing, or what came cannot be read.
   */
  readonly name: string | null;
  /**
   * The content, before it is made into a class or checked by a schema; undefined where it cannot be read. In `waybill/registry` the
   * bytes, since the model of each handler reads them.
   */
  readonly content: unknown;
  /** The body as it came. */
  readonly bytes: Buffer;
  /** Queue, headers, ids, deadline and signal of the message. */
  readonly context: DeliveryContext;
}

/** A message that is about to leave, as middleware sees it: encoded already, so that what its sender changes afterwards is not sent. */
export interface Outbound {
  /** Who sends the message. */
  readonly component: ComponentInfo;
  /** `call` where an answer is waited for. */
  readonly kind: 'message' | 'call';
  /** The name of its command, or the key of its handler; else the queue that it goes to. */
  readonly name: string | null;
  /** Where it goes, each `exchange` and `routingKey` with the same bytes and headers; `''` is the default exchange. */
  readonly destinations: readonly { readonly exchange: string; readonly routingKey: string }[];
  /** The body as it leaves. */
  readonly bytes: Buffer;
  /** The headers with which it leaves: what is put here is sent. A call that is sent again has them again. */
  readonly headers: Record<string, unknown>;
}

/** Handles a message. What it gives, or its promise, is what the handler returned: for a call the answer, unless `reply` gave one. */
export type Receive = (message: Inbound) => unknown;

/** Sends a message. Gives a promise that ends when the broker has stored it; for a call with its Result. */
export type Send = (message: Outbound) => unknown;

/**
 * Stands around the handling and the sending of messages. Each function is given what comes next, and gives what is done instead:
 * `(next) => async (message) => { …; return await next(message); }`. The first one is the outermost.
 *
 * What it throws counts as thrown by the handler, or by the sending method: RejectMessage refuses a message. One that does not call
 * `next` takes the message for handled, or for sent.
 */
export interface Middleware {
  /** Around the handlers of each message, calls included. A call that comes again is answered as before, without this. */
  receive?(next: Receive): Receive;
  /** Around the sending of each message, once for all its destinations and for all attempts of a call. */
  send?(next: Send): Send;
}

const everywhere = sharedByCopies('middleware', () => ({ list: [] as readonly Middleware[] }));

/**
 * Puts a middleware around all messages of this process, in and out, of components that run already, too. It stands outside of
 * what classes (`static middleware`) and instances (option `middleware`) have. Gives a function that takes it away again.
 *
 * Answers of handlers are not messages of their own: `receive` gives them.
 * @throws ConfigurationError for what is no middleware
 * @example
 * ```ts
 * import { useMiddleware } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * const stop = useMiddleware({
 *   send: (next) => (message) => {
 *     message.headers['x-tenant'] = 'b-7';
 *     return next(message);
 *   },
 * });
 * await using prices = await Prices.connect();
 * await prices.message_change('stamp', 0.9); // bears the header
 * stop();
 * ```
 */
export function useMiddleware(middleware: Middleware): () => void {
  const entry = checkedMiddleware('useMiddleware', middleware);
  // Tried now: in a component that runs it would be each message that fails.
  for (const way of ['receive', 'send'] as const) entry[way]?.(() => undefined);
  everywhere.list = [...everywhere.list, entry];
  return () => {
    everywhere.list = everywhere.list.filter((each) => each !== entry);
  };
}

/** What stands around all messages of this process; another list after each change. */
export function middlewareEverywhere(): readonly Middleware[] {
  return everywhere.list;
}

/** What was given as one middleware, as a thing of its own. @throws ConfigurationError */
export function checkedMiddleware(owner: string, given: Middleware): Middleware {
  const { receive, send } = (given ?? {}) as Partial<Middleware>;
  const isOne = [receive, send].every((each) => each === undefined || typeof each === 'function');
  if (!isOne || (!receive && !send)) {
    throw new ConfigurationError(
      `${owner}: a middleware is an object with a function 'receive' or 'send', or both: { receive: (next) => (message) => next(message) }.`,
    );
  }
  return {
    ...(receive && { receive: (next: Receive) => layer(owner, receive.call(given, next)) }),
    ...(send && { send: (next: Send) => layer(owner, send.call(given, next)) }),
  };
}

function layer<Layer>(owner: string, made: Layer): Layer {
  if (typeof made === 'function') return made;
  throw new ConfigurationError(
    `${owner}: a middleware gives a function for each that it is given: (next) => (message) => next(message). It gave ${typeof made}.`,
  );
}
