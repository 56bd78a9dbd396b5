import { refuseGenerator } from '../../common/generators.js';
import { ConfigurationError } from '../../errors.js';
import {
  assertContentType,
  type Body,
  type Category,
  type Content,
  type ContentType,
} from '../../wire/index.js';
import { assertFilter } from './checked.js';
import { type AnyDecorator, declare, onPlace } from './declare.js';
import type { HandlerView } from './entry.js';
import type {
  AnyHandlerClass,
  HandlerClassFor,
  HandlerDecorator,
  MessageMethod,
  RpcMethod,
  Streamed,
  StreamMethod,
} from './handler-decorator.js';
import { addFilter } from './metadata.js';

// biome-ignore lint/suspicious/noExplicitAny: without a content type the handler says itself what it expects
type Untyped = any;

type MessageDecorator<Data> = HandlerDecorator<MessageMethod<Data>, HandlerClassFor<Data>>;
type RpcDecorator<Data> = HandlerDecorator<RpcMethod<Data, Untyped>, HandlerClassFor<Data>>;
type StreamDecorator<Data> = HandlerDecorator<
  StreamMethod<Data, Untyped>,
  HandlerClassFor<Data, Streamed<Untyped>>
>;
type UntypedMessageDecorator = HandlerDecorator<MessageMethod<Untyped>, AnyHandlerClass>;
type UntypedRpcDecorator = HandlerDecorator<RpcMethod<Untyped, Untyped>, AnyHandlerClass>;
type UntypedStreamDecorator = HandlerDecorator<
  StreamMethod<Untyped, Untyped>,
  HandlerClassFor<Untyped, Streamed<Untyped>>
>;
/** A filter may give something else than what came, so it looks at no data. */
type FilterDecorator = HandlerDecorator<(...args: Untyped[]) => unknown, AnyHandlerClass>;

/** The content as a handler sees it, once its parameters were made into what `Type` makes. */
type ContentOf<Type> = Type extends ContentType<infer Parameters> ? Content<Parameters> : never;

/**
 * Declares a handler for messages of this type and name; it gets the content, then the context. All handlers of a
 * message run, in order. With a class or a Standard Schema in third place, `content.parameters` is made into it first.
 * @example
 * ```ts
 * import { MessageHandler, MessageProcessor } from 'waybill';
 * import { z } from 'zod';
 * import { Shop } from './prices.js';
 *
 * const Change = z.object({ article: z.string(), price: z.number().positive() });
 *
 * class Journal extends MessageProcessor {
 *   static override readonly eqks = [[Shop, [['journal', 'prices']]]] as const;
 *
 *   @MessageHandler('command', 'change', Change)
 *   changed({ parameters: { article, price } }: { parameters: z.infer<typeof Change> }) {
 *     console.log(article, price);
 *   }
 * }
 * ```
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
 * Declares a handler for events of this name, `'*'` for all; it gets the content, then the context. Which events come is said by
 * `static subscriptions`. Else as {@link MessageHandler}.
 */
export function EventHandler(name: string): UntypedMessageDecorator;
export function EventHandler<Type extends ContentType>(
  name: string,
  contentType: Type,
): MessageDecorator<ContentOf<Type>>;
export function EventHandler(...given: readonly [name: string, contentType?: ContentType]): AnyDecorator {
  return declareEvent('EventHandler', 'content', given);
}

/** Declares a handler for events that gets the whole body instead of the content; else as {@link EventHandler}. */
export function EventHandlerFullBody(name: string): UntypedMessageDecorator;
export function EventHandlerFullBody<Type extends ContentType>(
  name: string,
  contentType: Type,
): MessageDecorator<Body<ContentOf<Type>>>;
export function EventHandlerFullBody(
  ...given: readonly [name: string, contentType?: ContentType]
): AnyDecorator {
  return declareEvent('EventHandlerFullBody', 'body', given);
}

/**
 * Declares a handler that answers calls; it gets the content, the reply function, then the context. It answers by
 * `reply(…)`, by returning a value, or by throwing. Of several for one call only the last declared runs.
 * @example
 * ```ts
 * import { type Content, MessageProcessor, RpcHandler } from 'waybill';
 * import { Shop } from './prices.js';
 *
 * class Desk extends MessageProcessor {
 *   static override readonly eqks = [[Shop, [['desk', 'prices']]]] as const;
 *
 *   @RpcHandler('command', 'price')
 *   price({ parameters: { pieces } }: Content<{ pieces: number }>) {
 *     return pieces * 0.85;
 *   }
 * }
 * ```
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
 * Declares a handler that answers by a stream: an `async *` method, or another one that gives what `for await` goes through. It gets the
 * content, then the context. Items are pulled as the reader takes them; when he stops, its `finally` runs at once and `context.signal` is
 * aborted. Of several for one name only the last declared runs.
 */
export function RpcStreamHandler(type: string, name?: string | null): UntypedStreamDecorator;
export function RpcStreamHandler<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): StreamDecorator<ContentOf<Type>>;
export function RpcStreamHandler(...given: Declared): AnyDecorator {
  return declareNamed('RpcStreamHandler', 'stream', 'content', given);
}

/** Declares a handler that answers by a stream and gets the whole body instead of the content; else as {@link RpcStreamHandler}. */
export function RpcStreamHandlerFullBody(type: string, name?: string | null): UntypedStreamDecorator;
export function RpcStreamHandlerFullBody<Type extends ContentType>(
  type: string,
  name: string | null,
  contentType: Type,
): StreamDecorator<Body<ContentOf<Type>>>;
export function RpcStreamHandlerFullBody(...given: Declared): AnyDecorator {
  return declareNamed('RpcStreamHandlerFullBody', 'stream', 'body', given);
}

/**
 * Puts a filter before a handler: it gets a copy of the data and its own arguments, and gives back what the handler
 * shall get. Of several, the one nearest to the function runs first. It may be asynchronous.
 */
export function MessageFilter<Args extends readonly unknown[]>(
  filter: (data: Untyped, ...args: Args) => unknown,
  ...args: NoInfer<Args>
): FilterDecorator {
  assertFilter(filter);
  refuseGenerator(filter, 'A filter');
  // Whether the handler may be a generator is looked at where it is declared.
  return onPlace((owner, place) => addFilter(owner, place, { filter, args }), true);
}

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
  return declare({ category, view, type, name: name ?? null, contentType });
}

/** n.b. what is left out is not the same as undefined. */
function declareEvent(
  decorator: string,
  view: HandlerView,
  [name, ...contentType]: readonly [name: string, contentType?: ContentType],
): AnyDecorator {
  if (typeof name !== 'string' || name === '')
    throw new ConfigurationError(`@${decorator} needs the name of an event, or '*' for every event.`);
  return declareNamed(decorator, 'message', view, ['event', name, ...contentType]);
}

/** The types of which no message is without a name. */
const alwaysNamed: readonly string[] = ['command', 'status'];
