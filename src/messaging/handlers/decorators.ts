import { refuseGenerator } from '../../common/generators.js';
import { sharedByCopies } from '../../common/shared-by-copies.js';
import { ConfigurationError } from '../../errors.js';
import {
  assertContentType,
  type Body,
  type Category,
  type Content,
  type ContentType,
} from '../../wire/index.js';
import type { FilterEntry, HandlerEntry, HandlerPlace, HandlerView } from './entry.js';
import { isHandlerClass } from './handler.js';
import type {
  AnyHandlerClass,
  HandlerClassFor,
  HandlerDecorator,
  MessageMethod,
  RpcMethod,
} from './handler-decorator.js';
import { addEntry, addFilter } from './metadata.js';
import { refuseReplacing } from './own-members.js';

// biome-ignore lint/suspicious/noExplicitAny: without a content type the handler says itself what it expects
type Untyped = any;

type MessageDecorator<Data> = HandlerDecorator<MessageMethod<Data>, HandlerClassFor<Data>>;
type RpcDecorator<Data> = HandlerDecorator<RpcMethod<Data, Untyped>, HandlerClassFor<Data>>;
type UntypedMessageDecorator = HandlerDecorator<MessageMethod<Untyped>, AnyHandlerClass>;
type UntypedRpcDecorator = HandlerDecorator<RpcMethod<Untyped, Untyped>, AnyHandlerClass>;
/** A filter may give something else than what came, so it looks at no data. */
type FilterDecorator = HandlerDecorator<(...args: Untyped[]) => unknown, AnyHandlerClass>;
/** What each of them is inside: the functions above it say what is allowed. */
type AnyDecorator = HandlerDecorator<Untyped, Untyped>;

/** The content as a handler sees it, once its parameters were made into what `Type` makes. */
type ContentOf<Type> = Type extends ContentType<infer Parameters> ? Content<Parameters> : never;

/**
 * Declares a handler for messages of this type and name; it gets the content, then the context. All handlers of a
 * message run, in order. With a class or a Standard Schema in third place, `content.parameters` is made into it first.
 */
export function MessageHandler(type: string, name?: string | null): UntypedMessageDecorator;
export function MessageHandler<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): MessageDecorator<ContentOf<Type>>;
export function MessageHandler(...given: Declared): AnyDecorator {
  return declareNamed('MessageHandler', 'message', 'content', given);
}

/**
 * Declares a handler for messages of this type and name that gets the whole body instead of the content; else as
 * {@link MessageHandler}.
 */
export function MessageHandlerFullBody(type: string, name?: string | null): UntypedMessageDecorator;
export function MessageHandlerFullBody<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): MessageDecorator<Body<ContentOf<Type>>>;
export function MessageHandlerFullBody(...given: Declared): AnyDecorator {
  return declareNamed('MessageHandlerFullBody', 'message', 'body', given);
}

/**
 * Declares a handler that answers calls; it gets the content, the reply function, then the context. It answers by
 * `reply(…)`, by returning a value, or by throwing. Of several for one call only the last declared runs.
 */
export function RpcHandler(type: string, name?: string | null): UntypedRpcDecorator;
export function RpcHandler<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): RpcDecorator<ContentOf<Type>>;
export function RpcHandler(...given: Declared): AnyDecorator {
  return declareNamed('RpcHandler', 'rpc', 'content', given);
}

/** Declares a handler that answers calls and gets the whole body instead of the content; else as {@link RpcHandler}. */
export function RpcHandlerFullBody(type: string, name?: string | null): UntypedRpcDecorator;
export function RpcHandlerFullBody<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): RpcDecorator<Body<ContentOf<Type>>>;
export function RpcHandlerFullBody(...given: Declared): AnyDecorator {
  return declareNamed('RpcHandlerFullBody', 'rpc', 'body', given);
}

/**
 * Puts a filter before a handler: it gets a copy of the data and its own arguments, and gives back what the handler
 * shall get. Of several, the one nearest to the function runs first. It may be asynchronous.
 */
export function MessageFilter<Args extends readonly unknown[]>(
  filter: (data: Untyped, ...args: Args) => unknown,
  ...args: NoInfer<Args>
): FilterDecorator {
  refuseGenerator(filter, 'A filter');
  return onPlace((owner, place) => addFilter(owner, place, { filter, args }));
}

const declared = sharedByCopies('order of handlers', () => ({ count: 0 }));

/** What a decorator is given: what is left out is not the same as undefined. */
type Declared = readonly [type: string, name?: string | null, contentType?: ContentType];

/** As the decorator of this name does. @throws ConfigurationError for what could never run, or not as it is meant */
function declareNamed(
  decorator: string,
  category: Category,
  view: HandlerView,
  given: Declared,
): AnyDecorator {
  const [type, name, contentType] = given;
  const whose = `@${decorator}('${type}'${name === undefined ? '' : `, ${name === null ? name : `'${name}'`}`})`;
  if (name === undefined && alwaysNamed.includes(type)) {
    throw new ConfigurationError(
      `${whose} would never run, since each ${type} has a name: add the name, or '*' for every ${type}.`,
    );
  }
  if (given.length > 2) assertContentType(whose, contentType);
  return declare(category, view, type, name ?? null, contentType);
}

/** The types of which no message is without a name. */
const alwaysNamed: readonly string[] = ['command', 'status'];

/** Declares a handler in a decorator. */
export function declare(
  category: Category,
  view: HandlerView,
  type: string,
  name: string | null,
  contentType?: ContentType,
): AnyDecorator {
  // Numbered when the decorator's expression is evaluated: that is source order, what comes later is not.
  const number = ++declared.count;
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
  refuseGenerator(run, `The handler of '${entry.name}'`);
  const number = ++declared.count;
  const place: HandlerPlace = { kind: 'function', key: `handler ${number}`, run };
  addEntry(owner, { ...entry, place, order: number });
  for (const filter of filters) addFilter(owner, place, filter);
}

type Mark = (owner: object, place: HandlerPlace) => void;

/** The two standards differ in the second argument: a context object, or the property's key. */
function onPlace(mark: Mark): AnyDecorator {
  const markUnlessTaken: Mark = (owner, place) => {
    refuseReplacing(place);
    mark(owner, place);
  };
  return (target: unknown, place: unknown): unknown => {
    if (isOfOldProposal(target, place)) throw tooOld(place ?? target);
    if (typeof place === 'object') return markStandard(target, place as DecoratorContext, markUnlessTaken);
    return markLegacy(target as object, place as string | symbol, markUnlessTaken);
  };
}

/** Of before 2023: what is known of a class had no place yet. The first ones gave one object for everything. */
function isOfOldProposal(target: unknown, place: unknown): boolean {
  if (typeof place === 'object' && place !== null)
    return typeof (place as Partial<DecoratorContext>).metadata !== 'object';
  return place === undefined && typeof target === 'object';
}

/** Gives an initializer for a field, which sees the value that a standard decorator does not. */
function markStandard(target: unknown, context: DecoratorContext, mark: Mark): unknown {
  const { kind, name } = context;
  refuseGenerator(target, `'${String(name)}'`);
  const isStatic = kind !== 'class' && context.static;
  if (kind === 'class' || context.private) throw misplaced(String(name));
  if (kind === 'method' && !isStatic) mark(context.metadata, { kind: 'method', key: name });
  else if (kind === 'field' && isStatic) mark(context.metadata, { kind: 'static', key: name });
  else throw misplaced(String(name));
  return kind === 'field' ? (value: unknown) => handlerClass(value, name) : undefined;
}

function markLegacy(target: object, key: string | symbol, mark: Mark): void {
  // By its descriptor: a getter must not run here.
  const value: unknown = Object.getOwnPropertyDescriptor(target, key)?.value;
  if (typeof target === 'function') {
    handlerClass(value, key);
    mark(target, { kind: 'static', key });
  } else {
    if (typeof value !== 'function') throw misplaced(String(key));
    refuseGenerator(value, `'${String(key)}'`);
    mark(target.constructor, { kind: 'method', key });
  }
}

function handlerClass(value: unknown, name: string | symbol): unknown {
  if (!isHandlerClass(value)) throw misplaced(String(name));
  refuseGenerator(value.prototype.call, `call() of '${String(name)}'`);
  return value;
}

function tooOld(of: unknown): ConfigurationError {
  const { name, key } = of as { readonly name?: unknown; readonly key?: unknown };
  return new ConfigurationError(
    `'${String(name ?? key)}' cannot be a handler: its compiler knows decorators as they were proposed before 2023, without metadata. ` +
      `Standard decorators need TypeScript 5.2, SWC 1.7, or Babel with version: '2023-05', or later ones; ` +
      `experimentalDecorators works with older ones, and static handle() without decorators.`,
  );
}

function misplaced(name: string): ConfigurationError {
  return new ConfigurationError(
    `'${name}' cannot be a handler: decorate a public method, or a static field that holds a class derived from Handler.`,
  );
}
