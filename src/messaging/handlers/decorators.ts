import { ConfigurationError } from '../../errors.js';
import type { Reply } from '../../rpc/index.js';
import type { Body, Category, Content, ContentType } from '../../wire/index.js';
import type { HandlerContext } from '../context.js';
import type { FilterEntry, FilterFunction, HandlerEntry, HandlerPlace, HandlerView } from './entry.js';
import { type HandlerClass, isHandlerClass } from './handler.js';
import { addEntry, addFilter } from './metadata.js';

// biome-ignore lint/suspicious/noExplicitAny: the bound of ClassMethodDecoratorContext asks for any (TS2344 with never or unknown)
type Method<Args extends any[]> = (this: any, ...args: Args) => unknown;

/** A decorator for a method with these arguments, or for a static field that holds a Handler class; in both standards. */
// biome-ignore lint/suspicious/noExplicitAny: see Method
export interface HandlerDecorator<Args extends any[]> {
  <This, M extends Method<Args>>(method: M, context: ClassMethodDecoratorContext<This, M>): void;
  <This, C extends HandlerClass>(field: undefined, context: ClassFieldDecoratorContext<This, C>): void;
  <M extends Method<Args>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void;
  // n.b. without `descriptor?: undefined` this overload would take every method and check none.
  (target: object, key: string | symbol, descriptor?: undefined): void;
}

/** The content as a handler sees it, once its parameters were made into `Parameters`. */
type ContentOf<Type> = Type extends ContentType<infer Parameters> ? Content<Parameters> : never;

type MessageArgs<Data> = [data: Data, context: HandlerContext];
type RpcArgs<Data> = [data: Data, reply: Reply<Untyped>, context: HandlerContext];
// biome-ignore lint/suspicious/noExplicitAny: without a content type the handler says itself what it expects
type Untyped = any;

/**
 * Declares a handler for messages of this type and name; it gets the content, then the context. All handlers of a
 * message run, in order. With a class or a Standard Schema in third place, `content.parameters` is made into it first.
 */
export function MessageHandler(type: string, name?: string | null): HandlerDecorator<MessageArgs<Untyped>>;
export function MessageHandler<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): HandlerDecorator<MessageArgs<ContentOf<Type>>>;
export function MessageHandler(
  type: string,
  name: string | null = null,
  contentType?: ContentType,
): HandlerDecorator<Untyped> {
  return declare('message', 'content', type, name, contentType);
}

/** The same, for a handler that gets the whole body. */
export function MessageHandlerFullBody(
  type: string,
  name?: string | null,
): HandlerDecorator<MessageArgs<Untyped>>;
export function MessageHandlerFullBody<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): HandlerDecorator<MessageArgs<Body<ContentOf<Type>>>>;
export function MessageHandlerFullBody(
  type: string,
  name: string | null = null,
  contentType?: ContentType,
): HandlerDecorator<Untyped> {
  return declare('message', 'body', type, name, contentType);
}

/**
 * Declares a handler that answers calls; it gets the content, the reply function, then the context. It answers by
 * `reply(…)`, by returning a value, or by throwing. Of several for one call only the last declared runs.
 */
export function RpcHandler(type: string, name?: string | null): HandlerDecorator<RpcArgs<Untyped>>;
export function RpcHandler<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): HandlerDecorator<RpcArgs<ContentOf<Type>>>;
export function RpcHandler(
  type: string,
  name: string | null = null,
  contentType?: ContentType,
): HandlerDecorator<Untyped> {
  return declare('rpc', 'content', type, name, contentType);
}

/** The same, for a handler that gets the whole body. */
export function RpcHandlerFullBody(type: string, name?: string | null): HandlerDecorator<RpcArgs<Untyped>>;
export function RpcHandlerFullBody<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): HandlerDecorator<RpcArgs<Body<ContentOf<Type>>>>;
export function RpcHandlerFullBody(
  type: string,
  name: string | null = null,
  contentType?: ContentType,
): HandlerDecorator<Untyped> {
  return declare('rpc', 'body', type, name, contentType);
}

/**
 * Puts a filter before a handler: it gets a copy of the data and its own arguments, and gives back what the handler
 * shall get. Of several, the one nearest to the function runs first. It may be asynchronous.
 */
export function MessageFilter(
  filter: FilterFunction,
  ...args: readonly unknown[]
): HandlerDecorator<Untyped> {
  return onPlace((owner, place) => addFilter(owner, place, { filter, args }));
}

let order = 0;

/** Declares a handler in a decorator or, with an owner and a function, plainly. */
export function declare(
  category: Category,
  view: HandlerView,
  type: string,
  name: string | null,
  contentType?: ContentType,
): HandlerDecorator<Untyped> {
  // Numbered when the decorator's expression is evaluated: that is source order, what comes later is not.
  const number = ++order;
  return onPlace((owner, place) =>
    addEntry(owner, { category, view, type, name, contentType, place, order: number }),
  );
}

/** Declares a function as a handler of a class, without decorators. */
export function declareFunction(
  owner: object,
  entry: Omit<HandlerEntry, 'place' | 'order'>,
  run: unknown,
  filters: readonly FilterEntry[],
): void {
  const number = ++order;
  const place: HandlerPlace = { kind: 'function', key: `handler ${number}`, run };
  addEntry(owner, { ...entry, place, order: number });
  for (const filter of filters) addFilter(owner, place, filter);
}

type Mark = (owner: object, place: HandlerPlace) => void;

/** The two standards differ in the second argument: a context object, or the property's key. */
function onPlace(mark: Mark): HandlerDecorator<Untyped> {
  return (target: unknown, keyOrContext: string | symbol | DecoratorContext): void => {
    if (typeof keyOrContext === 'object') markStandard(keyOrContext, mark);
    else markLegacy(target as object, keyOrContext, mark);
  };
}

function markStandard(context: DecoratorContext, mark: Mark): void {
  const { kind, name } = context;
  const isStatic = kind !== 'class' && context.static;
  if (kind === 'class' || context.private) throw misplaced(String(name));
  if (kind === 'method' && !isStatic) mark(context.metadata, { kind: 'method', key: name });
  else if (kind === 'field' && isStatic) mark(context.metadata, { kind: 'static', key: name });
  else throw misplaced(String(name));
}

function markLegacy(target: object, key: string | symbol, mark: Mark): void {
  if (typeof target === 'function') {
    if (!isHandlerClass((target as unknown as Record<PropertyKey, unknown>)[key]))
      throw misplaced(String(key));
    mark(target, { kind: 'static', key });
  } else {
    if (typeof (target as Record<PropertyKey, unknown>)[key] !== 'function') throw misplaced(String(key));
    mark(target.constructor, { kind: 'method', key });
  }
}

function misplaced(name: string): ConfigurationError {
  return new ConfigurationError(
    `'${name}' cannot be a handler: decorate a public method, or a static field that holds a class derived from Handler.`,
  );
}
