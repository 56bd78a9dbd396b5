import { AmqpError, type Content } from '../../protocol/index.js';
import type { Message } from '../common/message.js';
import { describe } from '../common/texts.js';
import type { Exchange } from '../exchanges/exchange.js';
import type { ChannelContext } from './channel-context.js';
import { createMessage } from './incoming.js';
import { REPLY_QUEUE } from './reply-registry.js';

/** What a `basic.publish` asks for. */
export interface PublishRequest {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly content: Content;
  readonly replyName: string | undefined;
}

interface Publication {
  readonly exchange: Exchange;
  readonly message: Message;
  readonly mandatory: boolean;
  /** 0 outside of confirm mode. */
  readonly publishTag: number;
}

/** How a channel answers publishes: not at all, by confirms, or within transactions. */
export type PublishMode = 'plain' | 'confirm' | 'transaction';

/** The publishing side of a channel. */
export class Publishing {
  readonly #context: ChannelContext;
  #mode: PublishMode = 'plain';
  #lastTag = 0;
  #held: Publication[] = [];

  constructor(context: ChannelContext) {
    this.#context = context;
  }

  get mode(): PublishMode {
    return this.#mode;
  }

  /** @throws AmqpError 406 when the channel is in the other mode already. */
  select(mode: 'confirm' | 'transaction'): void {
    if (this.#mode !== 'plain' && this.#mode !== mode) {
      const [from, to] = mode === 'confirm' ? ['tx', 'confirm'] : ['confirm', 'tx'];
      throw new AmqpError('PRECONDITION_FAILED', `cannot switch from ${from} to ${to} mode`);
    }
    this.#mode = mode;
  }

  /** @throws AmqpError 404 without the exchange, 403 without the right, 406 for bad properties. */
  publish(request: PublishRequest): void {
    const { access, connection, events } = this.#context;
    access.check('write', 'exchange', request.exchange);
    const exchange = this.#exchange(request.exchange);
    const message = createMessage({ ...request, user: access.user }, this.#context.virtualHost.profile);
    if (this.#mode === 'confirm') this.#lastTag += 1;
    const publishTag = this.#lastTag;
    if (events.isWatched) events.emit({ type: 'published', connection: connection.name, message });
    const publication = { exchange, message, mandatory: request.mandatory, publishTag };
    if (this.#mode === 'transaction') this.#held.push(publication);
    else this.#pass(publication);
  }

  /** Publishes what the transaction holds. */
  commit(): void {
    for (const publication of this.#discardHeld()) this.#pass(publication);
  }

  /** Forgets what the transaction holds. */
  rollback(): void {
    this.#discardHeld();
  }

  #discardHeld(): readonly Publication[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  #exchange(name: string): Exchange {
    const { virtualHost } = this.#context;
    const exchange = virtualHost.exchanges.get(name);
    if (!exchange.settings.internal) return exchange;
    const what = describe('exchange', name, virtualHost.name);
    throw new AmqpError('ACCESS_REFUSED', `cannot publish to internal ${what}`);
  }

  #pass(publication: Publication): void {
    const { message } = publication;
    const fate = this.#context.interceptor.onPublish?.(message);
    if (fate instanceof Error) throw fate;
    if (fate === 'nack') this.#confirm(publication, 'nack');
    else if (fate === 'return') {
      this.#return(message);
      this.#confirm(publication, 'ack');
    } else this.#route(publication, fate === 'drop-confirm');
  }

  #route(publication: Publication, isConfirmDropped: boolean): void {
    const { message, exchange, mandatory } = publication;
    const { virtualHost, replies } = this.#context;
    const isReply = exchange.name === '' && replies.deliver(message);
    const { queueCount, refused } = virtualHost.publish(exchange, message, isReply ? [REPLY_QUEUE] : []);
    const isRouted =
      queueCount > 0 || (!virtualHost.profile.returnsDirectReplies && replies.isMeantBy(message));
    if (mandatory && !isRouted) this.#return(message);
    if (!isConfirmDropped) this.#confirm(publication, refused ? 'nack' : 'ack');
  }

  #return(message: Message): void {
    const { events, sink } = this.#context;
    if (events.isWatched) events.emit({ type: 'returned', message, reason: 'NO_ROUTE' });
    sink.returned(message);
  }

  #confirm({ publishTag }: Publication, outcome: 'ack' | 'nack'): void {
    if (publishTag > 0) this.#context.sink.confirmed(publishTag, outcome);
  }
}
