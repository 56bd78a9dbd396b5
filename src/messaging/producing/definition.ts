import type {
  ContentClass,
  ContentType,
  MessageCommand,
  MessageEvent,
  OutputOf,
  RpcCommand,
  RpcStreamCommand,
} from '../../wire/index.js';
import type { Checked, Jsonify } from '../jsonify.js';
import type { Mistake } from '../mistake.js';

/** What a message carries. */
export interface MessageDefinition {
  /** The schema, or the class, of its parameters. Left out it has none. */
  readonly parameters?: ContentType | undefined;
}

/** What an event carries, and under which routing key it is told. */
export interface EventDefinition extends MessageDefinition {
  /** The routing key, or what makes it of the parameters as they are given. @default the event's name */
  readonly key?: string | ((parameters: never) => string) | undefined;
}

/** What a call carries, and what answers it. */
export interface CallDefinition extends MessageDefinition {
  /** The schema, or the class, of the answer; one that answers at once, and not by a promise. Left out nothing is known of it. */
  readonly answer?: ContentType | undefined;
}

/** What a stream is asked for by, and what comes of it. */
export interface StreamDefinition extends MessageDefinition {
  /** The schema, or the class, of each item; one that answers at once, and not by a promise. Left out nothing is known of them. */
  readonly item?: ContentType | undefined;
}

/** What a producer says, by the names of its sending methods: `message_x`, `event_x`, `rpc_x` and `stream_x`. */
export interface Definition {
  readonly [method: `message_${string}`]: MessageDefinition;
  readonly [method: `event_${string}`]: EventDefinition;
  readonly [method: `rpc_${string}`]: CallDefinition;
  readonly [method: `stream_${string}`]: StreamDefinition;
}

/** What a schema takes; of a class, plain data that is like its instances. */
export type InputOf<Type> = Type extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly input: infer Input }
    ? Input
    : unknown
  : Type extends ContentClass<infer Instance>
    ? Jsonify<Instance>
    : never;

type Slot<Of, Field extends string, Otherwise> = Of extends {
  readonly [Each in Field]: infer Type extends ContentType;
}
  ? Checked<OutputOf<Type>, InputOf<Type>>
  : Otherwise;

type Nothing = Readonly<Record<string, never>>;

/** n.b. what is left out arrives as `{}`. */
type Arguments<Of> = Of extends { readonly parameters: infer Type extends ContentType }
  ? Nothing extends InputOf<Type>
    ? [parameters?: Exclude<InputOf<Type>, undefined>]
    : [parameters: Exclude<InputOf<Type>, undefined>]
  : [];

type Building<Of, Built> = (...args: Arguments<Of>) => Built | Promise<Built>;

type BuilderOf<Method, Of> = Method extends `message_${infer Name}`
  ? Building<Of, MessageCommand<Slot<Of, 'parameters', Nothing>, Name>>
  : Method extends `event_${infer Name}`
    ? Building<Of, MessageEvent<Slot<Of, 'parameters', Nothing>, Name>>
    : Method extends `rpc_${infer Name}`
      ? Building<Of, RpcCommand<Slot<Of, 'answer', unknown>, Slot<Of, 'parameters', Nothing>, Name>>
      : Method extends `stream_${infer Name}`
        ? Building<Of, RpcStreamCommand<Slot<Of, 'item', unknown>, Slot<Of, 'parameters', Nothing>, Name>>
        : never;

/** The builders that a definition stands for. */
export type BuildersOf<Defined> = {
  readonly [Method in keyof Defined & string as `build_${Method}`]: BuilderOf<Method, Defined[Method]>;
};

/** What is wrong with a definition, where it is. */
export type Checks<Defined> = {
  readonly [Method in keyof Defined]: Method extends keyof Definition
    ? unknown
    : Mistake<'it must be called message_x, event_x, rpc_x or stream_x'>;
};
