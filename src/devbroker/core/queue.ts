import type { FieldTable } from '../../protocol/index.js';
import { Backlog } from './backlog.js';
import type { Timer } from './clock.js';
import type { Consumer } from './consumer.js';
import { ConsumerRing } from './consumer-ring.js';
import { assertSame, assertSameArguments } from './equivalence.js';
import { type Message, weightOf } from './message.js';
import { comparedArguments, type QueueLimits, readQueueArguments } from './queue-arguments.js';
import type { QueueHost } from './queue-host.js';
import { checkProperties } from './queue-properties.js';
import type { Entry } from './ready-list.js';
import { describe, locked } from './texts.js';

/** What a queue is declared with. */
export interface QueueSettings {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** The connection that alone may use it, if it is exclusive. */
  readonly owner: object | undefined;
  readonly arguments: FieldTable;
}

/** Why a message leaves a queue other than by being consumed; also the reason in `x-death`. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** A queue: messages that wait, messages that are out, and consumers. */
export class Queue {
  static #declared = 0;
  readonly kind = 'queue';
  /** A later queue has a higher one. */
  readonly number: number = ++Queue.#declared;
  readonly settings: QueueSettings;
  readonly limits: QueueLimits;
  /** How RabbitMQ names it in its texts. */
  readonly what: string;
  readonly #host: QueueHost;
  readonly #backlog: Backlog;
  readonly #out = new Set<Entry>();
  readonly #consumers: ConsumerRing;
  #pumping = false;
  #unusedTimer: Timer | undefined;

  constructor(settings: QueueSettings, host: QueueHost) {
    this.settings = settings;
    this.what = describe('queue', settings.name, host.virtualHost);
    this.limits = readQueueArguments(settings.arguments, this.what, host.profile);
    checkProperties(this);
    this.#host = host;
    this.#backlog = new Backlog(this.limits, host, (entry, reason) => this.#die(entry, reason));
    this.#consumers = new ConsumerRing(this.limits.singleActiveConsumer);
    this.touch();
  }

  get name(): string {
    return this.settings.name;
  }

  /** How many messages wait. */
  get messageCount(): number {
    return this.#backlog.length;
  }

  /** How many messages are out with consumers or getters. */
  get unsettledCount(): number {
    return this.#out.size;
  }

  /** The messages that wait, next one first. */
  get messages(): readonly Message[] {
    return this.#backlog.messages;
  }

  /** How long consumers may take to settle; undefined when it does not matter. */
  get consumerTimeoutMs(): number | undefined {
    const { profile, consumerTimeoutMs } = this.#host;
    if (profile.consumerTimeout === 'cancel' && this.limits.type !== 'quorum') return undefined;
    return this.limits.consumerTimeoutMs ?? consumerTimeoutMs;
  }

  get consumers(): ConsumerRing {
    return this.#consumers;
  }

  /** @throws AmqpError 405 when it is exclusive to another connection. */
  assertAccess(connection: object): void {
    const { owner } = this.settings;
    if (owner === undefined || owner === connection) return;
    throw locked(this.what);
  }

  /** @throws AmqpError 405 or 406 when it is not declared as it was. */
  assertEquivalent(other: QueueSettings): void {
    const mine = this.settings;
    if (mine.owner !== other.owner) throw locked(this.what);
    assertSame(this.what, 'durable', other.durable, mine.durable);
    assertSame(this.what, 'auto_delete', other.autoDelete, mine.autoDelete);
    assertSameArguments(this.what, comparedArguments, other.arguments, mine.arguments);
  }

  /** Takes a message in, or refuses it because the queue is full: `false`. */
  offer(message: Message): boolean {
    if (this.limits.overflow !== 'drop-head' && this.#backlog.wouldOverflow(message)) {
      if (this.limits.overflow === 'reject-publish-dlx') this.#host.died(this, message, 'maxlen');
      return false;
    }
    this.#backlog.enter(message);
    this.pump();
    // RabbitMQ looks for expired messages only when the head may have changed.
    const isAlone = this.#backlog.length === 1;
    if (this.#backlog.dropOverflow() || isAlone) this.#dropExpired();
    return true;
  }

  /** Takes the next message out for a `basic.get`. */
  take(noAck: boolean): Entry | undefined {
    this.touch();
    const entry = this.#backlog.shift();
    if (entry) this.#leave(entry, noAck);
    this.#dropExpired();
    return entry;
  }

  /** Gives messages to consumers for as long as there are both. */
  pump(): void {
    this.#consumers.refresh();
    this.#serve();
  }

  /** A consumer is done with a message, or rejects it for itself and all others. */
  settle(entry: Entry, settlement: 'ack' | 'reject'): void {
    if (!this.#out.delete(entry)) return;
    if (settlement === 'reject') this.#die(entry, 'rejected');
    else this.#host.heldBytes(-weightOf(entry.message));
  }

  /** Messages come back, to the places they had; `counts` says whether that counts for the delivery limit. */
  requeue(entries: Iterable<Entry>, counts = true): void {
    for (const entry of entries) if (this.#out.delete(entry)) this.#return(entry, counts);
    this.#backlog.dropOverflow();
    this.#dropExpired();
    this.pump();
  }

  /** Drops all messages that wait and says how many there were. */
  purge(): number {
    return this.#backlog.purge();
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.add(consumer);
    this.touch();
  }

  /** Removes a consumer. `endIfUnused` and `pump` must follow: until then nobody is served in its stead. */
  removeConsumer(consumer: Consumer): void {
    if (this.#consumers.remove(consumer)) this.touch();
  }

  /** Consumers have been removed: the last one takes an auto-delete queue with it. Says whether it did. */
  endIfUnused(): boolean {
    if (!this.settings.autoDelete || this.#consumers.size > 0) return false;
    this.#host.abandoned(this);
    return true;
  }

  /** A channel is gone: its consumers end, what it held comes back. */
  release(consumers: readonly Consumer[], entries: readonly Entry[]): void {
    for (const consumer of consumers) this.removeConsumer(consumer);
    if (consumers.length === 0 || !this.endIfUnused()) this.requeue(entries);
  }

  /** Ends all consumers as if something had happened to the queue's node: their clients are told. */
  evictConsumers(): void {
    for (const consumer of this.#consumers.clear()) consumer.owner.cancelled(consumer);
    this.touch();
    this.endIfUnused();
  }

  /** Ends the queue: its consumers are told, its messages are gone. */
  end(): void {
    this.#unusedTimer?.cancel();
    this.purge();
    for (const entry of this.#out) this.#host.heldBytes(-weightOf(entry.message));
    this.#out.clear();
    for (const consumer of this.#consumers.clear()) consumer.owner.cancelled(consumer);
  }

  /** Gives all messages back and keeps only those that survive a restart of the broker. */
  survive(): void {
    for (const entry of [...this.#out]) if (this.#out.delete(entry)) this.#return(entry, true);
    this.#backlog.dropTransient();
    this.#dropExpired();
  }

  /** Somebody used the queue: it expires that much later. */
  touch(): void {
    this.#unusedTimer?.cancel();
    const { expiresMs } = this.limits;
    if (expiresMs === undefined || this.#consumers.size > 0) return;
    this.#unusedTimer = this.#host.clock.after(expiresMs, () => this.#host.abandoned(this));
  }

  #serve(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#backlog.length > 0) {
        const consumer = this.#consumers.next();
        if (!consumer) break;
        const entry = this.#backlog.shift() as Entry;
        this.#leave(entry, consumer.settings.noAck);
        consumer.owner.deliver(consumer, entry);
        this.#dropExpired();
      }
    } finally {
      this.#pumping = false;
    }
  }

  #leave(entry: Entry, noAck: boolean): void {
    if (noAck) this.#host.heldBytes(-weightOf(entry.message));
    else this.#out.add(entry);
  }

  #return(entry: Entry, counts: boolean): void {
    entry.redelivered = true;
    entry.acquisitions += 1;
    if (counts) entry.returns += 1;
    const { deliveryLimit } = this.limits;
    if (!counts || deliveryLimit === undefined || entry.returns <= deliveryLimit) this.#backlog.put(entry);
    else this.#die(entry, 'delivery_limit');
  }

  #die(entry: Entry, reason: DeathReason): void {
    this.#host.heldBytes(-weightOf(entry.message));
    this.#host.died(this, entry.message, reason);
  }

  #dropExpired(): void {
    this.#backlog.dropExpired();
    this.#backlog.watch(() => this.#dropExpired());
  }
}
