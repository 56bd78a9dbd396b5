import { AmqpError } from '../../protocol/index.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import { generatedName } from '../common/texts.js';
import { assertConsumable, type ConsumeRequest } from '../queues/consume-request.js';
import { Consumer, type ConsumerOwner } from '../queues/consumer.js';
import { readConsumerArguments } from '../queues/consumer-arguments.js';
import { deliveredMessage } from '../queues/delivered-message.js';
import type { Outcome, Queue } from '../queues/queue.js';
import type { Entry } from '../queues/ready-list.js';
import type { ChannelContext } from './channel-context.js';
import { ConsumerTimeout } from './consumer-timeout.js';
import { leavingOrder } from './leaving-order.js';
import { Publishing, type PublishRequest } from './publishing.js';
import { ReplyConsumer } from './reply-consumer.js';
import { REPLY_QUEUE } from './reply-registry.js';
import { Settling } from './settling.js';

/** What a `basic.get` found. */
export interface GetResult {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly message: Message;
  /** How many wait behind it. */
  readonly messageCount: number;
}

/** One AMQP channel, apart from the wire: consumers, deliveries, settlements, publishes. */
export class Channel implements ConsumerOwner {
  readonly publishing: Publishing;
  readonly #context: ChannelContext;
  readonly #settling: Settling;
  readonly #timeout: ConsumerTimeout;
  readonly #consumers = new Map<string, Consumer>();
  readonly #reply: ReplyConsumer;
  #lastDeliveryTag = 0;
  #prefetchOfConsumers = 0;
  #prefetchOfChannel = 0;

  constructor(context: ChannelContext) {
    this.#context = context;
    this.publishing = new Publishing(context);
    this.#settling = new Settling(context);
    const isConsuming = (consumer: Consumer) => this.#consumers.get(consumer.settings.tag) === consumer;
    this.#timeout = new ConsumerTimeout(context, this.#settling, isConsuming);
    this.#reply = new ReplyConsumer(context, () => this.#replyTag());
  }

  /** Whether everything delivered has been settled. */
  get isClear(): boolean {
    return this.#settling.isClear;
  }

  get consumers(): Iterable<Consumer> {
    return this.#consumers.values();
  }

  /** `basic.qos`: for the consumers to come, or with `global` for the whole channel. */
  setPrefetch(count: number, global: boolean): void {
    if (global) {
      this.#prefetchOfChannel = count;
      this.pump();
    } else this.#prefetchOfConsumers = count;
  }

  publish(request: Omit<PublishRequest, 'replyName'>): void {
    this.publishing.publish({ ...request, replyName: this.#reply.name });
  }

  /**
   * Starts a consumer; messages follow at once.
   *
   * @throws AmqpError 403 when the queue is consumed exclusively, 530 for a tag that is in use.
   */
  consume(request: ConsumeRequest): void {
    const tag = request.consumerTag === '' ? generatedName('amq.ctag-') : request.consumerTag;
    if (this.#consumers.has(tag) || this.#reply.tag === tag) {
      throw new AmqpError('NOT_ALLOWED', `attempt to reuse consumer tag '${tag}'`);
    }
    if (request.queue === REPLY_QUEUE) this.#reply.start(tag, request.noAck);
    else this.#consumeQueue(tag, request);
  }

  /** Ends a consumer; ending one that is not there is no error. */
  cancel(tag: string): void {
    if (this.#reply.tag === tag) this.#reply.end();
    const consumer = this.#consumers.get(tag);
    if (!consumer) return;
    this.#consumers.delete(tag);
    consumer.queue.removeConsumer(consumer);
    if (!consumer.queue.endIfUnused()) consumer.queue.pump();
  }

  /** The client has heard that a consumer was cancelled. Says whether there was one. */
  confirmCancel(tag: string): boolean {
    const isThere = this.#consumers.has(tag);
    this.cancel(tag);
    return isThere;
  }

  /** `basic.get`: the next message, if there is one. */
  get(queueName: string, noAck: boolean): GetResult | undefined {
    const queue = this.#queueToRead(queueName);
    const entry = queue.take(noAck);
    if (!entry) return undefined;
    const deliveryTag = this.#nextTag();
    if (!noAck) this.#hold(deliveryTag, entry, queue);
    this.#announce(queue, '', entry);
    const message = deliveredMessage(entry, queue, this.#profile, true);
    return { deliveryTag, redelivered: entry.redelivered, message, messageCount: queue.messageCount };
  }

  /** @throws AmqpError 406 for a tag that is not out. */
  settle(deliveryTag: number, multiple: boolean, outcome: Outcome): void {
    if (this.publishing.mode === 'transaction') this.#settling.hold(deliveryTag, multiple, outcome);
    else this.#settling.settle(deliveryTag, multiple, outcome);
    this.#pumpIfLimited();
  }

  /** `basic.recover`: gives back everything that is out, but not what a transaction has settled. */
  recover(): void {
    this.#settling.requeueAll(this.#profile.nackCounts ? 'requeue' : 'release');
    this.#pumpIfLimited();
  }

  commit(): void {
    this.publishing.commit();
    this.#settling.commit();
    this.#pumpIfLimited();
  }

  rollback(): void {
    this.publishing.rollback();
    this.#settling.rollback();
  }

  /** Takes up deliveries where the client was too slow or the channel was full: for who has waited longest first. */
  pump(): void {
    const waiting = [...this.#consumers.values()].sort((one, other) => one.lastTag - other.lastTag);
    for (const { queue } of waiting) queue.pump();
  }

  /** Ends all consumers and returns the queues that are left of theirs, to be pumped once all is given back. */
  removeConsumers(): readonly Queue[] {
    const queues = new Set<Queue>();
    for (const consumer of this.#consumers.values()) {
      consumer.queue.removeConsumer(consumer);
      queues.add(consumer.queue);
    }
    this.#consumers.clear();
    return [...queues].filter((queue) => !queue.endIfUnused());
  }

  /** Closes the channel: a transaction is undone, and the queues are left one by one, with all that leads to. */
  close(): void {
    this.#timeout.stop();
    this.publishing.rollback();
    this.#settling.rollback();
    this.#reply.end();
    const consumed = Array.from(this.#consumers.values(), ({ queue }) => queue);
    for (const queue of leavingOrder(consumed, this.#settling.queues)) {
      const consumers = [...this.#consumers.values()].filter((each) => each.queue === queue);
      for (const { settings } of consumers) this.#consumers.delete(settings.tag);
      queue.release(consumers, this.#settling.release(queue));
    }
  }

  canTake(consumer: Consumer): boolean {
    if (!(this.#context.sink.isReady && consumer.hasRoom)) return false;
    return this.#prefetchOfChannel === 0 || this.#settling.heldByConsumers < this.#prefetchOfChannel;
  }

  deliver(consumer: Consumer, entry: Entry): void {
    this.#send(consumer, entry, entry.redelivered);
    const fate = this.#context.interceptor.onDeliver?.(entry.message, consumer.queue.name);
    if (fate === 'twice') this.#send(consumer, entry, true);
  }

  cancelled(consumer: Consumer): void {
    this.#consumers.delete(consumer.settings.tag);
    this.#context.sink.cancelled(consumer.settings.tag);
  }

  get #profile(): Profile {
    return this.#context.virtualHost.profile;
  }

  #send(consumer: Consumer, entry: Entry, redelivered: boolean): void {
    const { queue, settings } = consumer;
    const deliveryTag = this.#nextTag();
    consumer.lastTag = deliveryTag;
    if (!settings.noAck) this.#hold(deliveryTag, entry, queue, consumer);
    this.#announce(queue, settings.tag, entry);
    const message = deliveredMessage(entry, queue, this.#profile);
    this.#context.sink.deliver({ consumerTag: settings.tag, deliveryTag, redelivered, message });
  }

  #hold(deliveryTag: number, entry: Entry, queue: Queue, consumer?: Consumer): void {
    const deadline = this.#timeout.deadlineOf(queue, consumer);
    this.#settling.add({ deliveryTag, entry, queue, consumer, deadline });
  }

  #consumeQueue(tag: string, request: ConsumeRequest): void {
    const queue = this.#queueToRead(request.queue);
    const read = readConsumerArguments(request.arguments, queue, this.#profile);
    const { noAck, exclusive } = request;
    const prefetch = this.#prefetchOfConsumers;
    const hasChannelPrefetch = this.#prefetchOfChannel > 0;
    assertConsumable(queue, { ...request, prefetch, hasChannelPrefetch }, this.#profile);
    const settings = { ...read, tag, noAck, exclusive, prefetch, arguments: request.arguments };
    const consumer = new Consumer(settings, queue, this);
    this.#consumers.set(tag, consumer);
    queue.addConsumer(consumer);
    this.#context.sink.consumeOk(tag);
    queue.pump();
  }

  #queueToRead(name: string): Queue {
    this.#context.access.check('read', 'queue', name);
    return this.#context.virtualHost.getQueue(name, this.#context.connection);
  }

  /** A settlement may have made room in any queue for a channel that has a prefetch as a whole. */
  #pumpIfLimited(): void {
    if (this.#prefetchOfChannel > 0) this.pump();
  }

  #announce(queue: Queue, consumerTag: string, { message, redelivered }: Entry): void {
    const { events, connection } = this.#context;
    if (!events.isWatched) return;
    const seen = { queue: queue.name, consumerTag, redelivered, message };
    events.emit({ type: 'delivered', connection: connection.name, ...seen });
  }

  /** There is nothing to settle of a reply: RabbitMQ before 4.3 does not count it. */
  #replyTag(): number {
    return this.#profile.countsDirectReplies ? this.#nextTag() : this.#lastDeliveryTag + 1;
  }

  #nextTag(): number {
    this.#lastDeliveryTag += 1;
    return this.#lastDeliveryTag;
  }
}
