import { ConfigurationError } from '../errors.js';
import type { Body, Category, Content, MessageCommand, RpcCommand, RpcStreamCommand } from '../wire/index.js';
import { declare, declareFunction } from './handlers/declare.js';
import type { HandlerView } from './handlers/entry.js';
import type {
  Answered,
  HandlerClassFor,
  HandlerDecorator,
  MessageMethod,
  RpcMethod,
  Streamed,
  StreamMethod,
} from './handlers/handler-decorator.js';
import type { Jsonify } from './jsonify.js';
import type { MessageProcessor } from './processing/processor.js';
import { type BuilderClass, wireName } from './producing/built.js';
import type { GenericProducer } from './producing/producer.js';
import type { IsAny, IsMisnamed } from './producing/proxied.js';

/** The parameters of each command that a producer's builders send, by its name: the builder's, without its prefix. */
export type CommandsOf<Producer> = {
  readonly [Key in keyof Producer as CommandName<Key, BuiltBy<Producer[Key]>>]: ParametersOf<
    BuiltBy<Producer[Key]>
  >;
};

/** The parameters and the answer of each call that a producer's builders make, by its name. */
export type CallsOf<Producer> = {
  readonly [Key in keyof Producer as CallName<Key, BuiltBy<Producer[Key]>>]: CallOf<BuiltBy<Producer[Key]>>;
};

/** The parameters and the items of each stream that a producer's builders begin, by its name. */
export type StreamsOf<Producer> = {
  readonly [Key in keyof Producer as StreamName<Key, BuiltBy<Producer[Key]>>]: StreamOf<
    BuiltBy<Producer[Key]>
  >;
};

type BuiltBy<Builder> = Builder extends (...args: never[]) => infer Built ? Awaited<Built> : never;

// A builder that returns the wrong thing has no name here: `message_x` and `rpc_x` say what is wrong with it.
type CommandName<Key, Built> = Key extends `build_message_${infer Name}`
  ? IsMistaken<Built, Name> extends true
    ? never
    : Built extends RpcCommand
      ? never
      : Built extends MessageCommand
        ? Name
        : never
  : never;
type CallName<Key, Built> = Key extends `build_rpc_${infer Name}`
  ? IsMistaken<Built, Name> extends true
    ? never
    : Built extends RpcCommand
      ? Name
      : never
  : never;
type StreamName<Key, Built> = Key extends `build_stream_${infer Name}`
  ? IsMistaken<Built, Name> extends true
    ? never
    : Built extends RpcStreamCommand
      ? Name
      : never
  : never;
type IsMistaken<Built, Name> = IsAny<Built> extends true ? true : IsMisnamed<Built, Name>;

type ParametersOf<Built> = Built extends MessageCommand<infer Parameters> ? Parameters : never;
type CallOf<Built> = {
  readonly parameters: ParametersOf<Built>;
  readonly answer: Built extends RpcCommand<infer Answer, infer _Parameters> ? Answer : never;
};
type StreamOf<Built> =
  Built extends RpcStreamCommand<infer Item, infer Parameters>
    ? { readonly parameters: Parameters; readonly item: Item }
    : never;

type ParametersTo<Producer, Name extends keyof CallsOf<Producer>> = CallsOf<Producer>[Name] extends {
  readonly parameters: infer Parameters;
}
  ? Parameters
  : never;
type AnswerTo<Producer, Name extends keyof CallsOf<Producer>> = CallsOf<Producer>[Name] extends {
  readonly answer: infer Answer;
}
  ? Answer
  : never;

type AskedOf<Producer, Name extends keyof StreamsOf<Producer>> = StreamsOf<Producer>[Name] extends {
  readonly parameters: infer Parameters;
}
  ? Content<Jsonify<Parameters>>
  : never;
type ItemsOf<Producer, Name extends keyof StreamsOf<Producer>> = StreamsOf<Producer>[Name] extends {
  readonly item: infer Item;
}
  ? Item
  : never;

/** Handlers for every command, every call and every stream of a producer: leave one out and it does not compile. */
export type HandlersOf<Producer> = {
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
  /** Gives a processor class a handler for everything that the producer sends. */
  all<Processor extends MessageProcessor>(
    processor: abstract new (...args: never[]) => Processor,
    handlers: HandlersOf<Producer> & ThisType<Processor>,
  ): void;
}

/**
 * Decorators that are bound to what one producer class sends: the same class that the sender uses is the contract.
 * The name of a command is its builder's name without `build_message_`, `build_rpc_` or `build_stream_`, or what `static names` of the
 * producer says. Statuses have no content, so
 * they need none of this.
 * @throws ConfigurationError for what is no class, as undefined where two files import each other
 */
export function handlersFor<Producer extends GenericProducer>(
  producer: (abstract new (...args: never[]) => Producer) & Pick<BuilderClass, 'names'>,
): ContractHandlers<Producer> {
  if (typeof producer !== 'function')
    throw new ConfigurationError(
      `handlersFor needs the class of a producer, and is given ${typeof producer}. Often two files import each other: move the class to a file of its own.`,
    );
  const on = (category: Category, view: HandlerView) => (name: string) =>
    declare(category, view, 'command', wireName(producer, name));
  const decorators = {
    MessageHandler: on('message', 'content'),
    MessageHandlerFullBody: on('message', 'body'),
    RpcHandler: on('rpc', 'content'),
    RpcHandlerFullBody: on('rpc', 'body'),
    RpcStreamHandler: on('stream', 'content'),
    RpcStreamHandlerFullBody: on('stream', 'body'),
    all: (processor: object, handlers: Readonly<Record<string, unknown>>) => {
      for (const [method, run] of Object.entries(handlers)) {
        const { category, name } = keyOf(method);
        const key = { category, view: 'content', type: 'command', name: wireName(producer, name) } as const;
        declareFunction(processor, key, run, []);
      }
    },
  };
  // Through unknown: what the contract's types promise depends on Producer, which has no value to check against.
  return decorators as unknown as ContractHandlers<Producer>;
}

function keyOf(method: string): { readonly category: Category; readonly name: string } {
  const category = (['rpc', 'stream'] as const).find((each) => method.startsWith(`${each}_`)) ?? 'message';
  return { category, name: method.slice(category.length + 1) };
}
