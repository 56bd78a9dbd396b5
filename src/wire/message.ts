import { brand, isBranded } from '../common/shared-by-copies.js';
import { sendable, toPlain } from './plain.js';

/** How a message is meant: `message` goes to every handler, `rpc` is answered by one, `stream` is answered by one with many items. */
export type Category = 'message' | 'rpc' | 'stream';

/** What travels as the body: Postage's version 2 envelope, in the key order of the original. */
export interface Body<Content = unknown> {
  /** What kind it is: `command`, `event`, `result`, `status`, `none`, or one of your own. */
  readonly type: string;
  /** Which it is of its type: handlers are found by it. */
  readonly name: string | null;
  /** `message`, `rpc` or `stream`, on what is sent; see {@link Category}. */
  readonly category: string;
  /** The version of the envelope, `2`. */
  readonly version: string;
  /** Who has sent it; empty before it is sent. Whoever may publish can write any. */
  readonly fingerprint: Readonly<Record<string, unknown>>;
  /** What it carries; plain data. */
  readonly content: Content;
  /** For the toolkit; empty on most. */
  readonly _reserved: Readonly<Record<string, unknown>>;
}

/** The content of a command: what the sender passed, under `parameters`. */
export interface Content<Parameters = unknown> {
  /** What the sender has passed, as plain data. */
  readonly parameters: Parameters;
}

const nothing: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * The base of everything that can be sent. Subclass it for a kind of message of your own; the fingerprint is put on
 * by the producer that sends it.
 */
export class Envelope<C = unknown> {
  /** What is sent, but for the fingerprint, which the producer puts on. */
  readonly body: Body<C>;

  constructor(fields: {
    readonly type: string;
    readonly name: string;
    readonly category: Category;
    readonly content: C;
  }) {
    const { type, name, category, content } = fields;
    const plain = toPlain(content, 'content');
    this.body = {
      type,
      name,
      category,
      version: '2',
      fingerprint: nothing,
      content: plain,
      _reserved: nothing,
    };
  }

  /** True when the other message has the same body. */
  equals(other: Envelope): boolean {
    return JSON.stringify(this.body) === JSON.stringify(other.body);
  }
}

brand(Envelope, 'Envelope');

/** True for whatever can be sent, made by any copy of this package. */
export function isEnvelope(value: unknown): value is Envelope {
  return isBranded(value, 'Envelope');
}

/** The content of a bare {@link Message}: each key is there only if it was given. */
export interface BareContent {
  /** The positional values, where any were given. */
  readonly args?: readonly unknown[];
  /** The named values, where any were given. */
  readonly kwds?: Readonly<Record<string, unknown>>;
}

/** A message of type `none`, for what is no command and no status: positional values and named ones. */
export class Message extends Envelope<BareContent> {
  constructor(args: readonly unknown[] = [], kwds: Readonly<Record<string, unknown>> = {}) {
    super({
      type: 'none',
      name: 'none',
      category: 'message',
      content: { ...(args.length > 0 && { args }), ...(Object.keys(kwds).length > 0 && { kwds }) },
    });
  }
}

/** The body of a command or an event: it has a name, which the compiler may know. */
export interface CommandBody<Parameters = unknown, Name extends string = string>
  extends Body<Content<Parameters>> {
  /** The name: that of the builder behind `build_message_`, `build_rpc_` and so on. */
  readonly name: Name;
}

/**
 * Asks the components that listen to do something, without an answer. `parameters` may be any JSON value, `{}` if left
 * out. Where no type arguments are given the compiler knows its name, too, and compares it with that of the builder.
 * @example
 * ```ts
 * import { MessageCommand } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * const command = new MessageCommand('change', { article: 'stamp', price: 0.9 });
 * console.log(command.body.name, command.body.content.parameters.article); // change stamp
 * await using prices = await Prices.connect();
 * await prices.send(command); // what a `build_message_change` returns is sent by `message_change()`
 * ```
 */
export class MessageCommand<Parameters = unknown, Name extends string = string> extends Envelope<
  Content<Parameters>
> {
  declare readonly body: CommandBody<Parameters, Name>;

  constructor(name: Name, parameters: Parameters = {} as Parameters) {
    super({
      type: 'command',
      name: String(name),
      category: 'message',
      content: { parameters: sendable(parameters) },
    });
  }
}

/**
 * Asks one component for an answer of type `Answer`. The types live in the compiler only:
 * `new RpcCommand<number, { a: number; b: number }>('sum', { a, b })` makes `producer.rpc_sum(…)` answer numbers.
 * @example
 * ```ts
 * import { RpcCommand } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * await using prices = await Prices.connect();
 * const call = new RpcCommand<number>('price', { article: 'stamp', pieces: 100 });
 * console.log((await prices.call(call)).unwrap()); // 85
 * ```
 */
export class RpcCommand<
  Answer = unknown,
  Parameters = unknown,
  Name extends string = string,
> extends Envelope<Content<Parameters>> {
  /** The answer's type, for the compiler only: there is no such property at run time. */
  declare protected readonly answer: Answer;
  declare readonly body: CommandBody<Parameters, Name>;

  constructor(name: Name, parameters: Parameters = {} as Parameters) {
    super({
      type: 'command',
      name: String(name),
      category: 'rpc',
      content: { parameters: sendable(parameters) },
    });
  }
}

/**
 * Asks one component for items of type `Item`, one after the other, as they are wanted. The types live in the compiler only:
 * `new RpcStreamCommand<Row, { table: string }>('rows', { table })` makes `producer.stream_rows(…)` a stream of rows.
 * @example
 * ```ts
 * import { RpcStreamCommand } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * await using prices = await Prices.connect();
 * const history: number[] = [];
 * const asked = new RpcStreamCommand<number>('history', { article: 'stamp' });
 * for await (const price of prices.stream(asked)) history.push(price);
 * console.log(history); // [ 0.8, 0.85 ]
 * ```
 */
export class RpcStreamCommand<
  Item = unknown,
  Parameters = unknown,
  Name extends string = string,
> extends Envelope<Content<Parameters>> {
  /** The items' type, for the compiler only: there is no such property at run time. */
  declare protected readonly item: Item;
  declare readonly body: CommandBody<Parameters, Name>;

  constructor(name: Name, parameters: Parameters = {} as Parameters) {
    super({
      type: 'command',
      name: String(name),
      category: 'stream',
      content: { parameters: sendable(parameters) },
    });
  }
}

/**
 * Tells whoever wants to know that something has happened, without knowing who that is; that nobody listens is no error. It is sent
 * by the routing key that stands in third place, which may be made of the content: `new MessageEvent('paid', order, `order.${order.id}.paid`)`.
 * `parameters` may be any JSON value, `{}` if left out; the key is the name if left out.
 * @example
 * ```ts
 * import { GenericProducer, MessageEvent } from 'waybill';
 * import { Shop } from './prices.js';
 *
 * class OrderEvents extends GenericProducer {
 *   static override readonly eks = [[Shop, '']] as const;
 *
 *   build_event_paid(order: { id: number }) {
 *     return new MessageEvent('paid', order, `order.${order.id}.paid`);
 *   }
 * }
 *
 * await using events = await OrderEvents.connect();
 * await events.event_paid({ id: 7 }); // the exchange has it, whether anybody listens or not
 * ```
 */
export class MessageEvent<Parameters = unknown, Name extends string = string> extends Envelope<
  Content<Parameters>
> {
  declare readonly body: CommandBody<Parameters, Name>;
  /** The routing key. It is no part of the body. */
  readonly key: string;

  constructor(name: Name, parameters: Parameters = {} as Parameters, key: string = name) {
    super({
      type: 'event',
      name: String(name),
      category: 'message',
      content: { parameters: sendable(parameters) },
    });
    this.key = String(key);
  }
}

brand(MessageEvent, 'MessageEvent');

/** True for an event, made by any copy of this package; not for envelopes of that type that somebody has written himself. */
export function isEvent(message: Envelope): message is MessageEvent {
  return isBranded(message, 'MessageEvent');
}

/**
 * Tells how the sender is: `new MessageStatus('online')`. It has no content, and may reach no queue without an error.
 */
export class MessageStatus extends Envelope<Record<string, never>> {
  constructor(status: string) {
    super({ type: 'status', name: String(status), category: 'message', content: {} });
  }
}
