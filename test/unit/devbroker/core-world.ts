import { Channel } from '../../../src/devbroker/channels/channel.js';
import type { ChannelSink, OutgoingDelivery } from '../../../src/devbroker/channels/channel-context.js';
import { ReplyRegistry } from '../../../src/devbroker/channels/reply-registry.js';
import { Access } from '../../../src/devbroker/common/access.js';
import { BrokerClock } from '../../../src/devbroker/common/clock.js';
import { EventStream } from '../../../src/devbroker/common/events.js';
import type { Interceptor } from '../../../src/devbroker/common/interceptor.js';
import { MemoryGauge } from '../../../src/devbroker/common/memory-gauge.js';
import type { Message } from '../../../src/devbroker/common/message.js';
import { DEFAULT_PROFILE, type ProfileName, profileOf } from '../../../src/devbroker/common/profile.js';
import type { ExchangeType } from '../../../src/devbroker/exchanges/router.js';
import type { Queue } from '../../../src/devbroker/queues/queue.js';
import { VirtualHost } from '../../../src/devbroker/virtual-host/virtual-host.js';
import type { FieldTable, Properties } from '../../../src/protocol/index.js';

/** What a channel told its client, kept for assertions. */
export class FakeSink implements ChannelSink {
  isReady = true;
  readonly deliveries: OutgoingDelivery[] = [];
  readonly returns: Message[] = [];
  readonly confirms: string[] = [];
  readonly consumers: string[] = [];
  readonly cancels: string[] = [];
  readonly timeouts: number[] = [];

  /** The bodies delivered, in order. */
  get bodies(): string[] {
    return this.deliveries.map(({ message }) => message.body.toString());
  }

  consumeOk(tag: string): void {
    this.consumers.push(tag);
  }

  deliver(delivery: OutgoingDelivery): void {
    this.deliveries.push(delivery);
  }

  returned(message: Message): void {
    this.returns.push(message);
  }

  confirmed(tag: number, outcome: 'ack' | 'nack'): void {
    this.confirms.push(`${outcome} ${tag}`);
  }

  cancelled(tag: string): void {
    this.cancels.push(tag);
  }

  timedOut(timeoutMs: number): void {
    this.timeouts.push(timeoutMs);
  }
}

/** A channel with its sink. */
export interface TestChannel {
  readonly channel: Channel;
  readonly sink: FakeSink;
  readonly connection: { readonly name: string };
}

/** The core of a broker without a socket, its clock stopped. */
export class CoreWorld {
  readonly clock = new BrokerClock();
  readonly events = new EventStream();
  readonly memory = new MemoryGauge(1_000_000, () => {});
  readonly host: VirtualHost;
  readonly replies = new ReplyRegistry();

  constructor(profile: ProfileName = DEFAULT_PROFILE) {
    this.clock.freeze();
    const { clock, events, memory } = this;
    const services = { clock, events, memory, profile: profileOf(profile), consumerTimeoutMs: 1_800_000 };
    this.host = new VirtualHost('/', services);
  }

  channel(
    connection: { readonly name: string } = { name: 'test' },
    interceptor: Interceptor = {},
  ): TestChannel {
    const sink = new FakeSink();
    const access = new Access({ name: 'guest', password: '' }, '/');
    const { host: virtualHost, replies, events } = this;
    const channel = new Channel({ virtualHost, access, sink, connection, replies, events, interceptor });
    return { channel, sink, connection };
  }

  queue(name: string, args: FieldTable = {}, autoDelete = false): Queue {
    return this.host.declareQueue({ name, durable: true, autoDelete, owner: undefined, arguments: args });
  }

  exchange(name: string, type: ExchangeType, args: FieldTable = {}, autoDelete = false): void {
    const settings = { name, type, durable: true, autoDelete, internal: false, arguments: args };
    this.host.exchanges.declare(settings);
  }

  bind(exchange: string, queue: string, routingKey: string, args: FieldTable = {}): void {
    const destination = this.host.findQueue(queue) ?? this.host.exchanges.get(queue);
    this.host.bind(this.host.exchanges.get(exchange), destination, routingKey, args);
  }

  /** Publishes a text. */
  publish(
    { channel }: TestChannel,
    exchange: string,
    routingKey: string,
    text: string,
    properties: Properties = {},
  ): void {
    const content = { properties, encodedProperties: Buffer.alloc(2), body: Buffer.from(text) };
    channel.publish({ exchange, routingKey, mandatory: false, content });
  }

  /** The texts that wait in a queue. */
  waiting(name: string): string[] {
    return this.host.findQueue(name)?.messages.map(({ body }) => body.toString()) ?? [];
  }

  consume(
    { channel }: TestChannel,
    queue: string,
    consumerTag: string,
    args: FieldTable = {},
    noAck = false,
  ): void {
    channel.consume({ queue, consumerTag, noAck, exclusive: false, arguments: args });
  }
}
