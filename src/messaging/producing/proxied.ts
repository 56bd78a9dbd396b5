import type { OpenCall, OpenStream, ReplyQueue } from '../../rpc/index.js';
import type { Envelope, MessageEvent, RpcCommand, RpcStreamCommand } from '../../wire/index.js';
import type { Jsonify } from '../jsonify.js';
import type { Mistake } from '../mistake.js';
import type { Gathered } from './gathering.js';

/** The answer's type of a call. */
export type AnswerOf<Command> = Command extends RpcCommand<infer Answer, infer _Parameters> ? Answer : never;

/** True for `any` only: conditional types answer both branches for it. */
export type IsAny<Type> = 0 extends 1 & Type ? true : false;

/** True for a command whose name the compiler knows to be another one than this. */
export type IsMisnamed<Built, Name> = [Built] extends [{ readonly body: { readonly name: infer Said } }]
  ? string extends Said
    ? false
    : [Said] extends [Name]
      ? false
      : true
  : false;

type MessageName<Key> = Key extends `build_message_${infer Name}` ? `message_${Name}` : never;
type EventName<Key> = Key extends `build_event_${infer Name}` ? `event_${Name}` : never;
type RpcName<Key> = Key extends `build_rpc_${infer Name}` ? `rpc_${Name}` : never;
type StreamName<Key> = Key extends `build_stream_${infer Name}` ? `stream_${Name}` : never;
type GatherName<Key> = Key extends `build_rpc_${infer Name}` ? `gather_${Name}` : never;
type RpcQueueName<Key> = Key extends `build_rpc_${infer Name}` ? `rpc_queue_${Name}` : never;

type Send<Key, Builder> = Builder extends (...args: never[]) => infer Built
  ? IsAny<Awaited<Built>> extends true
    ? Mistake<'a build_message_* method must say what it returns, not any'>
    : Awaited<Built> extends RpcCommand
      ? Mistake<'a build_message_* method must not return an RpcCommand: name it build_rpc_*'>
      : Awaited<Built> extends RpcStreamCommand
        ? Mistake<'a build_message_* method must not return an RpcStreamCommand: name it build_stream_*'>
        : Awaited<Built> extends MessageEvent
          ? Mistake<'a build_message_* method must not return a MessageEvent: name it build_event_*'>
          : Key extends `build_message_${infer Name}`
            ? IsMisnamed<Awaited<Built>, Name> extends true
              ? Mistake<'a build_message_* method must return a command of its own name'>
              : SendMessage<Builder>
            : never
  : Mistake<'build_message_* must be a method'>;

type SendMessage<Builder> = Builder extends (...args: infer Args extends readonly unknown[]) => infer Built
  ? Awaited<Built> extends Envelope
    ? (...args: Args) => Promise<void>
    : Mistake<'a build_message_* method must return a message, for example a MessageCommand'>
  : Mistake<'build_message_* must be a method'>;

type Tell<Key, Builder> = Key extends `build_event_${infer Name}`
  ? Builder extends (...args: infer Args extends readonly unknown[]) => infer Built
    ? IsAny<Awaited<Built>> extends true
      ? Mistake<'a build_event_* method must say what it returns, not any'>
      : IsMisnamed<Awaited<Built>, Name> extends true
        ? Mistake<'a build_event_* method must return an event of its own name'>
        : Awaited<Built> extends MessageEvent
          ? (...args: Args) => Promise<void>
          : Mistake<'a build_event_* method must return a MessageEvent'>
    : Mistake<'build_event_* must be a method'>
  : never;

/** What a sending method of a call gives: its answer, the queue of its answers, or all of them. */
type Gives<How, Answer> = How extends 'queue'
  ? Promise<ReplyQueue<Answer>>
  : How extends 'gather'
    ? Promise<Gathered<Answer>>
    : OpenCall<Answer>;

type Call<Key, Builder, How> = Key extends `build_rpc_${infer Name}`
  ? Builder extends (...args: never[]) => infer Built
    ? IsMisnamed<Awaited<Built>, Name> extends true
      ? Mistake<'a build_rpc_* method must return a command of its own name'>
      : CallBuilder<Builder, How>
    : Mistake<'build_rpc_* must be a method'>
  : never;

type CallBuilder<Builder, How> = Builder extends (
  ...args: infer Args extends readonly unknown[]
) => infer Built
  ? IsAny<Awaited<Built>> extends true
    ? Mistake<'a build_rpc_* method must say what it returns, not any'>
    : Awaited<Built> extends RpcCommand<infer Answer, infer _Parameters>
      ? (...args: Args) => Gives<How, Jsonify<Answer>>
      : Mistake<'a build_rpc_* method must return an RpcCommand'>
  : Mistake<'build_rpc_* must be a method'>;

type Stream<Key, Builder> = Key extends `build_stream_${infer Name}`
  ? Builder extends (...args: infer Args extends readonly unknown[]) => infer Built
    ? IsAny<Awaited<Built>> extends true
      ? Mistake<'a build_stream_* method must say what it returns, not any'>
      : IsMisnamed<Awaited<Built>, Name> extends true
        ? Mistake<'a build_stream_* method must return a command of its own name'>
        : Awaited<Built> extends RpcStreamCommand<infer Item, infer _Parameters>
          ? (...args: Args) => OpenStream<Jsonify<Item>>
          : Mistake<'a build_stream_* method must return an RpcStreamCommand'>
    : Mistake<'build_stream_* must be a method'>
  : never;

/**
 * A producer with the methods that its builders stand for: `build_message_x(…)` gives `message_x(…)`, `build_event_x(…)` gives `event_x(…)`, `build_rpc_x(…)`
 * gives `rpc_x(…)`, `rpc_queue_x(…)` and `gather_x(…)`, `build_stream_x(…)` gives `stream_x(…)`, with the builder's arguments. A method that is written by hand wins.
 * Overloaded and generic builders cannot be mapped by the compiler (it keeps the last overload, and loses the type
 * parameter): write the method by hand for those.
 */
export type Proxied<Producer> = Producer & {
  [Key in keyof Producer as Exclude<MessageName<Key>, keyof Producer>]: Send<Key, Producer[Key]>;
} & {
  [Key in keyof Producer as Exclude<EventName<Key>, keyof Producer>]: Tell<Key, Producer[Key]>;
} & {
  [Key in keyof Producer as Exclude<RpcName<Key>, keyof Producer>]: Call<Key, Producer[Key], 'call'>;
} & {
  [Key in keyof Producer as Exclude<RpcQueueName<Key>, keyof Producer>]: Call<Key, Producer[Key], 'queue'>;
} & {
  [Key in keyof Producer as Exclude<GatherName<Key>, keyof Producer>]: Call<Key, Producer[Key], 'gather'>;
} & {
  [Key in keyof Producer as Exclude<StreamName<Key>, keyof Producer>]: Stream<Key, Producer[Key]>;
};

/**
 * The methods of {@link Proxied} for `this` inside a class. There the compiler cannot say yet which names are taken, as
 * a subclass may add some, nor that no subclass overrides a builder by one that returns an RpcCommand: so a method that
 * is written by hand comes first and the mapped one after it, as a further overload.
 */
export type ProxiedThis<This> = This & {
  [Key in keyof This as MessageName<Key>]: SendMessage<This[Key]>;
} & {
  [Key in keyof This as EventName<Key>]: Tell<Key, This[Key]>;
} & {
  [Key in keyof This as RpcName<Key>]: Call<Key, This[Key], 'call'>;
} & {
  [Key in keyof This as RpcQueueName<Key>]: Call<Key, This[Key], 'queue'>;
} & {
  [Key in keyof This as GatherName<Key>]: Call<Key, This[Key], 'gather'>;
} & {
  [Key in keyof This as StreamName<Key>]: Stream<Key, This[Key]>;
};

/** The methods of a producer that says `static readonly undeclared = 'send'`: any name is sent, as in Postage. */
// n.b. rpc_queue_ stands first: a name with it fits both, and the first that fits is what the compiler calls.
export type OpenNames = OpenMessages & OpenEvents & OpenRpcQueues & OpenRpcs & OpenGathers & OpenStreams;

interface OpenMessages {
  readonly [name: `message_${string}`]: (parameters?: unknown) => Promise<void>;
}

interface OpenEvents {
  readonly [name: `event_${string}`]: (parameters?: unknown) => Promise<void>;
}

interface OpenRpcQueues {
  readonly [name: `rpc_queue_${string}`]: (parameters?: unknown) => Promise<ReplyQueue>;
}

interface OpenGathers {
  readonly [name: `gather_${string}`]: (parameters?: unknown) => Promise<Gathered>;
}

interface OpenStreams {
  readonly [name: `stream_${string}`]: (parameters?: unknown) => OpenStream;
}

interface OpenRpcs {
  readonly [name: `rpc_${string}`]: (parameters?: unknown) => OpenCall;
}
