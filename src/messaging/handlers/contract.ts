import type { Reply } from '../../rpc/index.js';
import type { Body, Content, MessageCommand, Result, RpcCommand } from '../../wire/index.js';
import type { HandlerContext } from '../context.js';
import type { MessageProcessor } from '../processor.js';
import { declare, declareFunction } from './decorators.js';

/** The parameters of each command that a producer's builders send, by its name: the builder's, without its prefix. */
export type CommandsOf<Producer> = {
  readonly [Key in keyof Producer as CommandName<Key, Producer[Key]>]: ParametersOf<Producer[Key]>;
};

/** The parameters and the answer of each call that a producer's builders make, by its name. */
export type CallsOf<Producer> = {
  readonly [Key in keyof Producer as Key extends `build_rpc_${infer Name}` ? Name : never]: CallOf<
    Producer[Key]
  >;
};

interface Call<Parameters, Answer> {
  readonly parameters: Parameters;
  readonly answer: Answer;
}

type BuiltBy<Builder> = Builder extends (...args: never[]) => infer Built ? Awaited<Built> : never;
type CommandName<Key, Builder> = Key extends `build_message_${infer Name}`
  ? BuiltBy<Builder> extends MessageCommand<infer _Parameters>
    ? Name
    : never
  : never;
type ParametersOf<Builder> = BuiltBy<Builder> extends MessageCommand<infer Parameters> ? Parameters : never;
type CallOf<Builder> =
  BuiltBy<Builder> extends RpcCommand<infer Answer, infer Parameters> ? Call<Parameters, Answer> : never;

/** Handlers for every command and every call of a producer: leave one out and it does not compile. */
export type HandlersOf<Producer> = {
  readonly [Name in keyof CommandsOf<Producer> & string as `message_${Name}`]: MessageMethod<
    Content<CommandsOf<Producer>[Name]>
  >;
} & {
  readonly [Name in keyof CallsOf<Producer> & string as `rpc_${Name}`]: CallsOf<Producer>[Name] extends Call<
    infer Parameters,
    infer Answer
  >
    ? RpcMethod<Content<Parameters>, Answer>
    : never;
};

/** The decorators of {@link handlersFor}: a name that the producer does not send, or a wrong content or answer, does not compile. */
export interface ContractHandlers<Producer> {
  /** As MessageHandler('command', name), with the content that the builder sends. */
  MessageHandler<Name extends keyof CommandsOf<Producer> & string>(
    name: Name,
  ): ContractDecorator<MessageMethod<Content<CommandsOf<Producer>[Name]>>>;
  /** As MessageHandlerFullBody('command', name). */
  MessageHandlerFullBody<Name extends keyof CommandsOf<Producer> & string>(
    name: Name,
  ): ContractDecorator<MessageMethod<Body<Content<CommandsOf<Producer>[Name]>>>>;
  /** As RpcHandler('command', name): it must answer what the caller expects. */
  RpcHandler<Name extends keyof CallsOf<Producer> & string>(
    name: Name,
  ): CallsOf<Producer>[Name] extends Call<infer Parameters, infer Answer>
    ? ContractDecorator<RpcMethod<Content<Parameters>, Answer>>
    : never;
  /** As RpcHandlerFullBody('command', name). */
  RpcHandlerFullBody<Name extends keyof CallsOf<Producer> & string>(
    name: Name,
  ): CallsOf<Producer>[Name] extends Call<infer Parameters, infer Answer>
    ? ContractDecorator<RpcMethod<Body<Content<Parameters>>, Answer>>
    : never;
  /** Gives a processor class a handler for everything that the producer sends. */
  all<Processor extends MessageProcessor>(
    processor: new (...args: never[]) => Processor,
    handlers: HandlersOf<Producer> & ThisType<Processor>,
  ): void;
}

/**
 * Decorators that are bound to what one producer class sends: the same class that the sender uses is the contract.
 * The name of a command is its builder's name without `build_message_` or `build_rpc_`. Statuses have no content, so
 * they need none of this.
 */
export function handlersFor<Producer>(
  _producer: abstract new (...args: never[]) => Producer,
): ContractHandlers<Producer> {
  const decorators = {
    MessageHandler: (name: string) => declare('message', 'content', 'command', name),
    MessageHandlerFullBody: (name: string) => declare('message', 'body', 'command', name),
    RpcHandler: (name: string) => declare('rpc', 'content', 'command', name),
    RpcHandlerFullBody: (name: string) => declare('rpc', 'body', 'command', name),
    all: (processor: object, handlers: Readonly<Record<string, unknown>>) => {
      for (const [method, run] of Object.entries(handlers))
        declareFunction(processor, keyOf(method), run, []);
    },
  };
  // Through unknown: what the contract's types promise depends on Producer, which has no value to check against.
  return decorators as unknown as ContractHandlers<Producer>;
}

function keyOf(method: string): { category: 'message' | 'rpc'; view: 'content'; type: string; name: string } {
  const category = method.startsWith('rpc_') ? 'rpc' : 'message';
  return { category, view: 'content', type: 'command', name: method.slice(category.length + 1) };
}
