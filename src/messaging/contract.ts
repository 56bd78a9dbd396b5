import { ConfigurationError } from '../errors.js';
import type { Body, Category, Content } from '../wire/index.js';
import { declare, declareFunction } from './handlers/declare.js';
import type { HandlerEntry, HandlerView } from './handlers/entry.js';
import type {
  Answered,
  HandlerClassFor,
  HandlerDecorator,
  MessageMethod,
  RpcMethod,
  Streamed,
  StreamMethod,
} from './handlers/handler-decorator.js';
import type { Given, Jsonify } from './jsonify.js';
import type { MessageProcessor } from './processing/processor.js';
import { type BuilderClass, wireName } from './producing/built.js';
import type { CallsOf, CommandsOf, EventsOf, StreamsOf } from './producing/contents.js';
import { ofContract } from './producing/contract-readers.js';
import { builtBy } from './producing/equip.js';
import type { GenericProducer } from './producing/producer.js';
import { nearestTo } from './producing/undeclared.js';

type ParametersTo<Producer, Name extends keyof CallsOf<Producer>> = CallsOf<Producer>[Name] extends {
  readonly parameters: infer Parameters;
}
  ? Parameters
  : never;
type AnswerTo<Producer, Name extends keyof CallsOf<Producer>> = CallsOf<Producer>[Name] extends {
  readonly answer: infer Answer;
}
  ? Given<Answer>
  : never;

type AskedOf<Producer, Name extends keyof StreamsOf<Producer>> = StreamsOf<Producer>[Name] extends {
  readonly parameters: infer Parameters;
}
  ? Content<Jsonify<Parameters>>
  : never;
type ItemsOf<Producer, Name extends keyof StreamsOf<Producer>> = StreamsOf<Producer>[Name] extends {
  readonly item: infer Item;
}
  ? Given<Item>
  : never;

/**
 * Handlers for every command, every call and every stream of a producer: leave one out and it does not compile. Those for events are for
 * whoever wants them.
 */
export type HandlersOf<Producer> = {
  readonly [Name in keyof EventsOf<Producer> & string as `event_${Name}`]?: MessageMethod<
    Content<Jsonify<EventsOf<Producer>[Name]>>
  >;
} & {
  readonly [Name in keyof CommandsOf<Producer> & string as `message_${Name}`]: MessageMethod<
    Content<Jsonify<CommandsOf<Producer>[Name]>>
  >;
} & {
  readonly [Name in keyof CallsOf<Producer> & string as `rpc_${Name}`]: RpcMethod<
    Content<Jsonify<ParametersTo<Producer, Name>>>,
    AnswerTo<Producer, Name>
  >;
} & {
  readonly [Name in keyof StreamsOf<Producer> & string as `stream_${Name}`]: StreamMethod<
    AskedOf<Producer, Name>,
    ItemsOf<Producer, Name>
  >;
};

type CommandDecorator<Data> = HandlerDecorator<MessageMethod<Data>, HandlerClassFor<Data>>;
type CallDecorator<Data, Answer> = HandlerDecorator<
  RpcMethod<Data, Answer>,
  HandlerClassFor<Data, Answered<Answer>>
>;
type StreamDecorator<Data, Item> = HandlerDecorator<
  StreamMethod<Data, Item>,
  HandlerClassFor<Data, Streamed<Item>>
>;

/** The decorators of {@link handlersFor}: a name that the producer does not send, or a wrong content or answer, does not compile. */
export interface ContractHandlers<Producer> {
  /** Declares a handler like MessageHandler('command', name), for the content that the builder sends. */
  MessageHandler<Name extends keyof CommandsOf<Producer>>(
    name: Name,
  ): CommandDecorator<Content<Jsonify<CommandsOf<Producer>[Name]>>>;
  /** Declares a handler like MessageHandlerFullBody('command', name), for what the builder sends. */
  MessageHandlerFullBody<Name extends keyof CommandsOf<Producer>>(
    name: Name,
  ): CommandDecorator<Body<Content<Jsonify<CommandsOf<Producer>[Name]>>>>;
  /** Declares a handler like EventHandler(name), for the content that the builder tells. */
  EventHandler<Name extends keyof EventsOf<Producer>>(
    name: Name,
  ): CommandDecorator<Content<Jsonify<EventsOf<Producer>[Name]>>>;
  /** Declares a handler like EventHandlerFullBody(name), for what the builder tells. */
  EventHandlerFullBody<Name extends keyof EventsOf<Producer>>(
    name: Name,
  ): CommandDecorator<Body<Content<Jsonify<EventsOf<Producer>[Name]>>>>;
  /** Declares a handler like RpcHandler('command', name), which must answer what the caller expects. */
  RpcHandler<Name extends keyof CallsOf<Producer>>(
    name: Name,
  ): CallDecorator<Content<Jsonify<ParametersTo<Producer, Name>>>, AnswerTo<Producer, Name>>;
  /** Declares a handler like RpcHandlerFullBody('command', name), which must answer what the caller expects. */
  RpcHandlerFullBody<Name extends keyof CallsOf<Producer>>(
    name: Name,
  ): CallDecorator<Body<Content<Jsonify<ParametersTo<Producer, Name>>>>, AnswerTo<Producer, Name>>;
  /** Declares a handler like RpcStreamHandler('command', name), which must give the items that the reader expects. */
  RpcStreamHandler<Name extends keyof StreamsOf<Producer>>(
    name: Name,
  ): StreamDecorator<AskedOf<Producer, Name>, ItemsOf<Producer, Name>>;
  /** Declares a handler like RpcStreamHandlerFullBody('command', name), which must give the items that the reader expects. */
  RpcStreamHandlerFullBody<Name extends keyof StreamsOf<Producer>>(
    name: Name,
  ): StreamDecorator<Body<AskedOf<Producer, Name>>, ItemsOf<Producer, Name>>;
  /** Gives a processor class a handler for everything that the producer sends, and for those of its events that it wants. */
  all<Processor extends MessageProcessor>(
    processor: abstract new (...args: never[]) => Processor,
    handlers: HandlersOf<Producer> & ThisType<Processor>,
  ): void;
}

/**
 * Decorators that are bound to what one producer class sends: the same class that the sender uses is the contract.
 * The name of a command is its builder's name without `build_message_`, `build_event_`, `build_rpc_` or `build_stream_`, or what `static names` of the
 * producer says. Statuses have no content, so
 * they need none of this.
 * @throws ConfigurationError for what is no class, as undefined where two files import each other
 * @example
 * ```ts
 * import { handlersFor, MessageProcessor } from 'waybill';
 * import { Prices, Shop } from './prices.js';
 *
 * class Desk extends MessageProcessor {
 *   static override readonly eqks = [[Shop, [['desk', 'prices']]]] as const;
 * }
 * handlersFor(Prices).all(Desk, {
 *   rpc_price: ({ parameters: { pieces } }) => pieces * 0.85,
 *   message_change: ({ parameters: { article, price } }) => console.log(article, price),
 *   stream_history: async function* ({ parameters: { article } }) {
 *     yield article.length;
 *   },
 * });
 * ```
 */
export function handlersFor<Producer extends GenericProducer>(
  producer: (abstract new (...args: never[]) => Producer) & Pick<BuilderClass, 'names' | 'contract'>,
): ContractHandlers<Producer> {
  if (typeof producer !== 'function')
    throw new ConfigurationError(
      `handlersFor needs the class of a producer, and is given ${typeof producer}. Often two files import each other: move the class to a file of its own.`,
    );
  const on = (kind: keyof typeof kinds, view: HandlerView) => (name: string) => {
    const { category, type } = kinds[kind];
    return declare({
      category,
      view,
      type,
      name: wireName(producer, name),
      ...schemasOf(producer, `${kind}_${name}`),
    });
  };
  const decorators = {
    MessageHandler: on('message', 'content'),
    MessageHandlerFullBody: on('message', 'body'),
    EventHandler: on('event', 'content'),
    EventHandlerFullBody: on('event', 'body'),
    RpcHandler: on('rpc', 'content'),
    RpcHandlerFullBody: on('rpc', 'body'),
    RpcStreamHandler: on('stream', 'content'),
    RpcStreamHandlerFullBody: on('stream', 'body'),
    all: (processor: object, handlers: Readonly<Record<string, unknown>>) => {
      assertBuilt(producer, Object.keys(handlers));
      for (const [method, run] of Object.entries(handlers)) {
        const { category, type, name } = keyOf(method);
        const key = { category, view: 'content', type, name: wireName(producer, name) } as const;
        declareFunction(processor, { ...key, ...schemasOf(producer, method) }, run, []);
      }
    },
  };
  // Through unknown: what the contract's types promise depends on Producer, which has no value to check against.
  return decorators as unknown as ContractHandlers<Producer>;
}

/**
 * For whom the compiler does not look. n.b. a builder that is a field stands on no prototype: only what is like one that does is refused.
 * @throws ConfigurationError for a handler of something that the producer does not send
 */
function assertBuilt(
  { name, prototype, contract }: BuilderClass & { readonly prototype: object },
  handlers: readonly string[],
): void {
  const built = builtBy(prototype);
  for (const handler of handlers.filter((each) => !built.includes(each))) {
    const nearest = nearestTo(
      handler,
      built.filter((each) => !handlers.includes(each)),
    );
    if (!contract && !nearest) continue;
    const hint = nearest ? ` Did you mean ${nearest}?` : '';
    throw new ConfigurationError(
      `handlersFor(${name}).all has a handler ${handler}, and ${name} sends nothing of that name.${hint}`,
    );
  }
}

/** What the contract says of what comes, and of what is answered. */
function schemasOf(
  { contract }: Pick<BuilderClass, 'contract'>,
  method: string,
): Pick<HandlerEntry, 'contentType' | 'answerType'> {
  if (!contract) return {};
  const answerType = ofContract(contract, method, 'answer') ?? ofContract(contract, method, 'item');
  return { contentType: ofContract(contract, method, 'parameters'), answerType };
}

/** What the handlers of `all` are for, by what their names begin with. */
const kinds = {
  message: { category: 'message', type: 'command' },
  event: { category: 'message', type: 'event' },
  rpc: { category: 'rpc', type: 'command' },
  stream: { category: 'stream', type: 'command' },
} as const;

function keyOf(method: string): {
  readonly category: Category;
  readonly type: string;
  readonly name: string;
} {
  const prefix = method.slice(0, method.indexOf('_'));
  const kind = Object.hasOwn(kinds, prefix) ? kinds[prefix as keyof typeof kinds] : kinds.message;
  return { ...kind, name: method.slice(prefix.length + 1) };
}
