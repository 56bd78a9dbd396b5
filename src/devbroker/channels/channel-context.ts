import type { Access } from '../common/access.js';
import type { EventStream } from '../common/events.js';
import type { Interceptor } from '../common/interceptor.js';
import type { Message } from '../common/message.js';
import type { VirtualHost } from '../virtual-host/virtual-host.js';
import type { ReplyRegistry } from './reply-registry.js';

/** A message on its way to a client. */
export interface OutgoingDelivery {
  /** Empty for a `basic.get`. */
  readonly consumerTag: string;
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly message: Message;
}

/** Where a channel sends what the broker tells its client: the wire, or a test. */
export interface ChannelSink {
  /** Whether the client takes messages off fast enough to be given more. */
  readonly isReady: boolean;
  consumeOk(consumerTag: string): void;
  deliver(delivery: OutgoingDelivery): void;
  returned(message: Message): void;
  confirmed(publishTag: number, outcome: 'ack' | 'nack'): void;
  /** The broker has ended a consumer. */
  cancelled(consumerTag: string): void;
  /** Something was not settled in time, and the channel is to be closed for it. The time is told to the client. */
  timedOut(timeoutMs: number): void;
}

/** What a channel is opened with. */
export interface ChannelContext {
  readonly virtualHost: VirtualHost;
  readonly access: Access;
  readonly sink: ChannelSink;
  /** The connection: exclusive queues belong to it. Only its identity and name count. */
  readonly connection: { readonly name: string };
  readonly replies: ReplyRegistry;
  readonly events: EventStream;
  readonly interceptor: Interceptor;
}
