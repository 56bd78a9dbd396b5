import type { ReplyQueue } from '../rpc/index.js';
import type { Envelope, Result, RpcCommand } from '../wire/index.js';

/** A type that no value has: it carries a sentence to whoever reads the compiler's message. */
export interface Mistake<Sentence extends string> {
  readonly mistake: Sentence;
}

/** The answer's type of a call. */
export type AnswerOf<Command> = Command extends RpcCommand<infer Answer, infer _Parameters> ? Answer : never;

type MessageName<Key> = Key extends `build_message_${infer Name}` ? `message_${Name}` : never;
type RpcName<Key> = Key extends `build_rpc_${infer Name}` ? `rpc_${Name}` : never;
type RpcQueueName<Key> = Key extends `build_rpc_${infer Name}` ? `rpc_queue_${Name}` : never;

type Send<Builder> = Builder extends (...args: infer Args) => infer Built
  ? Awaited<Built> extends RpcCommand<infer _Answer, infer _Parameters>
    ? Mistake<'a build_message_* method must not return an RpcCommand: name it build_rpc_*'>
    : Awaited<Built> extends Envelope
      ? (...args: Args) => Promise<void>
      : Mistake<'a build_message_* method must return a message, for example a MessageCommand'>
  : Mistake<'build_message_* must be a method'>;

type Call<Builder> = Builder extends (...args: infer Args) => infer Built
  ? Awaited<Built> extends RpcCommand<infer Answer, infer _Parameters>
    ? (...args: Args) => Promise<Result<Answer>>
    : Mistake<'a build_rpc_* method must return an RpcCommand'>
  : Mistake<'build_rpc_* must be a method'>;

type CallLater<Builder> = Builder extends (...args: infer Args) => infer Built
  ? Awaited<Built> extends RpcCommand<infer Answer, infer _Parameters>
    ? (...args: Args) => Promise<ReplyQueue<Answer>>
    : Mistake<'a build_rpc_* method must return an RpcCommand'>
  : Mistake<'build_rpc_* must be a method'>;

/**
 * A producer with the methods that its builders stand for: `build_message_x(…)` gives `message_x(…)`, `build_rpc_x(…)`
 * gives `rpc_x(…)` and `rpc_queue_x(…)`, with the builder's arguments. A method that is written by hand wins.
 * Overloaded and generic builders cannot be mapped by the compiler (it keeps the last overload, and loses the type
 * parameter): write the method by hand for those.
 */
export type Proxied<Producer> = Producer & {
  [Key in keyof Producer as Exclude<MessageName<Key>, keyof Producer>]: Send<Producer[Key]>;
} & {
  [Key in keyof Producer as Exclude<RpcName<Key>, keyof Producer>]: Call<Producer[Key]>;
} & {
  [Key in keyof Producer as Exclude<RpcQueueName<Key>, keyof Producer>]: CallLater<Producer[Key]>;
};

/** The methods of a producer that says `static readonly undeclared = 'send'`: any name is sent, as in Postage. */
export interface OpenNames {
  [name: `message_${string}`]: (parameters?: unknown) => Promise<void>;
  [name: `rpc_${string}`]: (parameters?: unknown) => Promise<Result>;
}
