import { brand, isBranded } from '../../common/shared-by-copies.js';
import type { Reply } from '../../rpc/index.js';
import type { Content } from '../../wire/index.js';
import type { Component } from './component.js';
import type { HandlerContext } from './context.js';

/**
 * A handler as a class, made anew for each message: put it in a static field of a processor under `@MessageHandler` or
 * `@RpcHandler`. What `call` returns or throws counts as with a method; for an RPC it answers by `this.reply`, too.
 */
export abstract class Handler<Data = Content, Processor extends Component = Component> {
  /** The processor that the message came to. */
  readonly processor: Processor;
  /** The content, or the whole body, as the decorator says. */
  readonly data: Data;
  /** Answers the call; null where the message is no call. */
  readonly reply: Reply | null;
  /** Queue, headers, ids, deadline and signal of the message. */
  readonly context: HandlerContext;

  constructor(processor: Processor, data: Data, reply: Reply | null, context: HandlerContext) {
    this.processor = processor;
    this.data = data;
    this.reply = reply;
    this.context = context;
  }

  /** Handles the message. */
  abstract call(): unknown;
}

brand(Handler, 'Handler');

/** A class derived from {@link Handler}, for whatever data and processor. */
// biome-ignore lint/suspicious/noExplicitAny: what the class asks for is checked where it is declared, not here
export type HandlerClass = new (...args: any[]) => Handler<any, any>;

/** True for a class derived from {@link Handler}, of any copy of this package. */
export function isHandlerClass(value: unknown): value is HandlerClass {
  return typeof value === 'function' && isBranded(value.prototype, 'Handler');
}
