import type { Reply } from '../../rpc/index.js';
import type { Result } from '../../wire/index.js';
import type { Mistake } from '../mistake.js';
import type { HandlerContext } from './context.js';
import type { Handler } from './handler.js';

/** A method that handles messages: it gets the data, then the context. */
export type MessageMethod<Data> = (data: Data, context: HandlerContext) => unknown;

/** A method that handles calls: it answers by `reply`, by what it returns, or by throwing. */
export type RpcMethod<Data, Answer> = (
  data: Data,
  reply: Reply<Answer>,
  context: HandlerContext,
) => Answered<Answer>;

/** What a handler of a call may return: the answer, a result, or nothing when it replies; now or later. */
export type Answered<Answer> =
  | Answer
  | Result<Answer>
  | undefined
  | void
  | Promise<Answer | Result<Answer> | undefined>
  | Promise<void>;

/** A method that answers by a stream, as an `async *` method does: it gets the data, then the context. */
export type StreamMethod<Data, Item> = (data: Data, context: HandlerContext) => Streamed<Item>;

/** What a handler of a stream may give: all that `for await` goes through, now or later. */
export type Streamed<Item> =
  | AsyncIterable<Item>
  | Iterable<Item>
  | Promise<AsyncIterable<Item> | Iterable<Item>>;

/**
 * A class derived from Handler that is made with this data and whose `call` returns this. It may name its very processor,
 * so that is not compared.
 */
export type HandlerClassFor<Data, Returned = unknown> = new (
  processor: never,
  data: Data,
  reply: never,
  context: HandlerContext,
) => AnyHandler & { call(): Returned };

/** A class derived from Handler, whatever it is made with. */
export type AnyHandlerClass = new (...args: never[]) => AnyHandler;

// biome-ignore lint/suspicious/noExplicitAny: the constructor's parameters are compared, these follow from them
type AnyHandler = Handler<any, any>;

/**
 * A decorator for a public method of this shape, or for a static field that holds a Handler class of this shape; in both
 * standards. There is one signature for all of them, because an overloaded decorator that does not fit is reported by the
 * compiler with its last overload only, which is seldom the one that was meant.
 */
export type HandlerDecorator<Method, Class> = <Target, Place, Descriptor = undefined>(
  target: Target & TargetFor<Target, Place, Descriptor, Method, Class>,
  place: Place & PlaceFor<Target, Place, Descriptor, Class>,
  descriptor?: Descriptor & DescriptorFor<Descriptor, Method>,
) => void;

type Misplaced = 'a handler is a public method, or a static field that holds a class derived from Handler';

// Standard decorators get the method (or undefined) and a context; the compiler knows `private` and `static` of it.
type StandardMethod = { readonly kind: 'method'; readonly private: false; readonly static: false };
type StandardField = { readonly kind: 'field'; readonly private: false; readonly static: true };

type TargetFor<Target, Place, Descriptor, Method, Class> = Place extends StandardMethod
  ? Method
  : Place extends keyof Target & PropertyKey
    ? LegacyTarget<Target, Place, Descriptor, Class>
    : unknown;

type PlaceFor<Target, Place, Descriptor, Class> = Place extends PropertyKey
  ? LegacyPlace<Target, Descriptor>
  : Place extends StandardMethod
    ? unknown
    : Place extends StandardField
      ? { readonly access: { get(owner: never): Class } }
      : Mistake<Misplaced>;

// Legacy decorators get the prototype or, for what is static, the class; then a key; a descriptor for methods only.
type LegacyTarget<Target, Key extends PropertyKey, Descriptor, Class> = Target extends AnyClass
  ? Descriptor extends undefined
    ? { readonly [Each in Key]: Class }
    : unknown
  : unknown;

type LegacyPlace<Target, Descriptor> = Target extends AnyClass
  ? Descriptor extends undefined
    ? unknown
    : Mistake<Misplaced>
  : Descriptor extends HoldsMethod
    ? unknown
    : Mistake<Misplaced>;

// n.b. not a TypedPropertyDescriptor: its `set` would ask that the method fits in the other direction, too.
type DescriptorFor<Descriptor, Method> = Descriptor extends HoldsMethod
  ? { readonly value?: Method }
  : unknown;

type HoldsMethod = { readonly value?: (...args: never[]) => unknown };
type AnyClass = abstract new (...args: never[]) => unknown;
