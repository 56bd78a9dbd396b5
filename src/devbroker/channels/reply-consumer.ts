import { AmqpError } from '../../protocol/index.js';
import type { Message } from '../common/message.js';
import type { ChannelContext } from './channel-context.js';
import { REPLY_QUEUE } from './reply-registry.js';

/** The consumer of direct replies that a channel may have: one, and without acknowledgement. */
export class ReplyConsumer {
  readonly #context: ChannelContext;
  readonly #nextTag: () => number;
  #current: { readonly tag: string; readonly name: string } | undefined;

  constructor(context: ChannelContext, nextTag: () => number) {
    this.#context = context;
    this.#nextTag = nextTag;
  }

  /** The consumer tag, while it consumes. */
  get tag(): string | undefined {
    return this.#current?.tag;
  }

  /** The name replies are sent to, while it consumes. */
  get name(): string | undefined {
    return this.#current?.name;
  }

  /** @throws AmqpError 406 when it would acknowledge or is there already. */
  start(tag: string, noAck: boolean): void {
    if (!noAck) throw new AmqpError('PRECONDITION_FAILED', 'reply consumer cannot acknowledge');
    if (this.#current) throw new AmqpError('PRECONDITION_FAILED', 'reply consumer already set');
    const name = this.#context.replies.add((message) => this.#deliver(tag, message));
    this.#current = { tag, name };
    this.#context.sink.consumeOk(tag);
  }

  end(): void {
    if (this.#current) this.#context.replies.remove(this.#current.name);
    this.#current = undefined;
  }

  #deliver(consumerTag: string, message: Message): void {
    const { events, connection, sink } = this.#context;
    const delivery = { consumerTag, redelivered: false, message };
    if (events.isWatched) {
      events.emit({ type: 'delivered', connection: connection.name, queue: REPLY_QUEUE, ...delivery });
    }
    sink.deliver({ ...delivery, deliveryTag: this.#nextTag() });
  }
}
