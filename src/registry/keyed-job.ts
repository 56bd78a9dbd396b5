import { isUtf8 } from 'node:buffer';
import type { Delivery } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { DeliveryContext, type DeliveryContextHost, inScope, type Job } from '../component/index.js';
import type { FindHandler } from './consumer.js';
import { NoMessageKeyError, UnregisteredHandlerError } from './errors.js';

/** What the messages of a queue have in common. */
export interface KeyedQueue {
  /** The header that names the handler. */
  readonly header: string;
  readonly findHandler: FindHandler;
  /** Whether who names a `reply_to` is answered. */
  readonly answers: boolean;
}

/** What there is to do for one delivery: the handler that its header names, which reads it itself. */
export class KeyedJob implements Job {
  readonly title = 'a message';
  readonly kind: Job['kind'];
  readonly name: string | null;
  readonly content: Buffer;
  readonly handler: string;
  readonly context: DeliveryContext;
  readonly #queue: KeyedQueue;

  constructor(queue: KeyedQueue, delivery: Delivery, host: DeliveryContextHost) {
    const key = textOf(delivery.properties.headers?.[queue.header]);
    this.#queue = queue;
    this.kind = queue.answers && delivery.properties.replyTo ? 'call' : 'message';
    this.name = typeof key === 'string' && key !== '' ? key : null;
    this.content = delivery.content;
    this.handler = `the handler of '${cut(key)}'`;
    this.context = new DeliveryContext(host, delivery);
    delivery.handledBy = this.handler;
  }

  stop(reason: Error): void {
    this.context.stop(reason);
  }

  /** @throws NoMessageKeyError, UnregisteredHandlerError; what reading and the handler throw */
  async run(): Promise<unknown> {
    this.context.assertMayBegin();
    const { header, findHandler } = this.#queue;
    if (this.name === null) throw new NoMessageKeyError(header, this.context.headers[header]);
    const handle = findHandler(this.name);
    if (!handle) throw new UnregisteredHandlerError(this.name);
    try {
      return (await inScope(this.context, () => handle(this.content, this.context))) ?? null;
    } finally {
      this.context.end();
    }
  }
}

/** Bytes are read as text, as ploomby's own example does (`key.decode`). */
function textOf(key: unknown): unknown {
  return key instanceof Uint8Array && isUtf8(key) ? Buffer.from(key).toString() : key;
}
