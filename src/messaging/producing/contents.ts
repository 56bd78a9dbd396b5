import type { MessageCommand, MessageEvent, RpcCommand, RpcStreamCommand } from '../../wire/index.js';
import type { IsAny, IsMisnamed } from './proxied.js';

/** The parameters of each command that a producer's builders send, by its name: the builder's, without its prefix. */
export type CommandsOf<Producer> = {
  readonly [Key in keyof Producer as CommandName<Key, BuiltBy<Producer[Key]>>]: ParametersOf<
    BuiltBy<Producer[Key]>
  >;
};

/** The parameters of each event that a producer's builders tell of, by its name. */
export type EventsOf<Producer> = {
  readonly [Key in keyof Producer as EventName<Key, BuiltBy<Producer[Key]>>]: ParametersOf<
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
    : Built extends RpcCommand | MessageEvent
      ? never
      : Built extends MessageCommand
        ? Name
        : never
  : never;
type EventName<Key, Built> = Key extends `build_event_${infer Name}`
  ? IsMistaken<Built, Name> extends true
    ? never
    : Built extends MessageEvent
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
