import { AmqpError, type FieldTable } from '../../protocol/index.js';
import type { Timer } from './clock.js';
import type { Consumer } from './consumer.js';
import { ConsumerRing } from './consumer-ring.js';
import { assertSame, assertSameArguments } from './equivalence.js';
import { isPersistent, type Message } from './message.js';
import { comparedArguments, type QueueLimits, readQueueArguments } from './queue-arguments.js';
import type { QueueHost } from './queue-host.js';
import { type Entry, ReadyList } from './ready-list.js';
import { describe } from './texts.js';

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
  readonly kind = 'queue';
  readonly settings: QueueSettings;
  readonly limits: QueueLimits;
  /** How RabbitMQ names it in its texts. */
  readonly what: string;
  readonly #host: QueueHost;
  readonly #ready = new ReadyList();
  readonly #out = new Set<Entry>();
  readonly #consumers: ConsumerRing;
  #readyBytes = 0;
  #sequence = 0;
  #pumping = false;
  #deleted = false;
  #expiryTimer: Timer | undefined;
  #unusedTimer: Timer | undefined;

  constructor(settings: QueueSettings, host: QueueHost) {
    this.settings = settings;
    this.what = describe('queue', settings.name, host.virtualHost);
    this.limits = readQueueArguments(settings.arguments, this.what);
    this.#host = host;
    this.#consumers = new ConsumerRing(this.limits.singleActiveConsumer);
    this.touch();
  }

  get name(): string {
    return this.settings.name;
  }

  /** How many messages wait. */
  get messageCount(): number {
    return this.#ready.length;
  }

  /** How many messages are out with consumers or getters. */
  get unsettledCount(): number {
    return this.#out.size;
  }

  get consumers(): ConsumerRing {
    return this.#consumers;
  }

  get isDeleted(): boolean {
    return this.#deleted;
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
    if (this.limits.overflow !== 'drop-head' && this.#wouldOverflow(message)) {
      if (this.limits.overflow === 'reject-publish-dlx') this.#host.died(this, message, 'maxlen');
      return false;
    }
    this.#dropExpired();
    this.#put(this.#enter(message));
    this.#serve();
    this.#trim();
    return true;
  }

  /** Takes the next message out for a `basic.get`. */
  take(noAck: boolean): Entry | undefined {
    this.touch();
    this.#dropExpired();
    const entry = this.#shift();
    if (entry) this.#leave(entry, noAck);
    this.#watchExpiry();
    return entry;
  }

  /** Gives messages to consumers for as long as there are both. */
  pump(): void {
    this.#dropExpired();
    this.#serve();
    this.#watchExpiry();
  }

  /** A consumer is done with a message. */
  acknowledge(entry: Entry): void {
    if (this.#out.delete(entry)) this.#host.heldBytes(-entry.message.body.length);
  }

  /** A consumer wants a message neither for itself nor for others. */
  discard(entry: Entry): void {
    if (!this.#out.has(entry)) return;
    this.acknowledge(entry);
    this.#host.died(this, entry.message, 'rejected');
  }

  /** Messages come back, to the places they had. */
  requeue(entries: Iterable<Entry>): void {
    for (const entry of entries) if (this.#out.delete(entry)) this.#return(entry);
    this.#trim();
    this.pump();
  }

  /** Drops all messages that wait and says how many there were. */
  purge(): number {
    const count = this.#ready.length;
    for (const entry of this.#ready) this.#host.heldBytes(-entry.message.body.length);
    this.#ready.clear();
    this.#readyBytes = 0;
    this.#watchExpiry();
    return count;
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.add(consumer);
    this.touch();
  }

  /** Removes a consumer; the last one takes an auto-delete queue with it. */
  removeConsumer(consumer: Consumer): void {
    if (!this.#consumers.remove(consumer)) return;
    this.touch();
    if (this.settings.autoDelete && this.#consumers.size === 0) this.#host.abandoned(this);
    else this.pump();
  }

  /** Ends the queue: its consumers are told, its messages are gone. */
  end(): void {
    this.#deleted = true;
    this.#expiryTimer?.cancel();
    this.#unusedTimer?.cancel();
    this.purge();
    for (const entry of this.#out) this.#host.heldBytes(-entry.message.body.length);
    this.#out.clear();
    for (const consumer of this.#consumers.clear()) consumer.owner.cancelled(consumer);
  }

  /** Gives all messages back and keeps only those that survive a restart of the broker. */
  survive(): void {
    for (const entry of [...this.#out]) if (this.#out.delete(entry)) this.#return(entry);
    const kept = [...this.#ready].filter((entry) => isPersistent(entry.message));
    this.purge();
    for (const entry of kept) {
      this.#put(entry);
      this.#host.heldBytes(entry.message.body.length);
    }
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
      while (this.#ready.length > 0) {
        const consumer = this.#consumers.next();
        if (!consumer) break;
        const entry = this.#shift() as Entry;
        this.#leave(entry, consumer.settings.noAck);
        consumer.owner.deliver(consumer, entry);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #enter(message: Message): Entry {
    const { maxPriority } = this.limits;
    const priority = maxPriority === undefined ? 0 : Math.min(message.properties.priority ?? 0, maxPriority);
    this.#host.heldBytes(message.body.length);
    this.#sequence += 1;
    const expiresAt = this.#expiryOf(message);
    return { message, sequence: this.#sequence, priority, expiresAt, redelivered: false, returns: 0 };
  }

  #expiryOf({ properties }: Message): number | undefined {
    const own = properties.expiration === undefined ? undefined : Number(properties.expiration);
    const ttl = Math.min(
      own ?? Number.POSITIVE_INFINITY,
      this.limits.messageTtlMs ?? Number.POSITIVE_INFINITY,
    );
    return Number.isFinite(ttl) ? this.#host.clock.now() + ttl : undefined;
  }

  #put(entry: Entry): void {
    this.#ready.insert(entry);
    this.#readyBytes += entry.message.body.length;
  }

  #shift(): Entry | undefined {
    const entry = this.#ready.shift();
    if (entry) this.#readyBytes -= entry.message.body.length;
    return entry;
  }

  #leave(entry: Entry, noAck: boolean): void {
    if (noAck) this.#host.heldBytes(-entry.message.body.length);
    else this.#out.add(entry);
  }

  #return(entry: Entry): void {
    entry.redelivered = true;
    entry.returns += 1;
    const { deliveryLimit } = this.limits;
    if (deliveryLimit === undefined || entry.returns <= deliveryLimit) this.#put(entry);
    else this.#die(entry, 'delivery_limit');
  }

  #die(entry: Entry, reason: DeathReason): void {
    this.#host.heldBytes(-entry.message.body.length);
    this.#host.died(this, entry.message, reason);
  }

  #wouldOverflow(message: Message): boolean {
    return this.#overflows(this.#ready.length + 1, this.#readyBytes + message.body.length);
  }

  #overflows(count: number, bytes: number): boolean {
    const { maxLength, maxLengthBytes } = this.limits;
    return (
      (maxLength !== undefined && count > maxLength) ||
      (maxLengthBytes !== undefined && bytes > maxLengthBytes)
    );
  }

  #trim(): void {
    if (this.limits.overflow === 'drop-head') {
      while (this.#ready.length > 0 && this.#overflows(this.#ready.length, this.#readyBytes)) {
        this.#die(this.#shift() as Entry, 'maxlen');
      }
    }
    this.#dropExpired();
    this.#watchExpiry();
  }

  #dropExpired(): void {
    const now = this.#host.clock.now();
    for (let head = this.#ready.peek(); head?.expiresAt !== undefined; head = this.#ready.peek()) {
      if (head.expiresAt > now) return;
      this.#shift();
      this.#die(head, 'expired');
    }
  }

  #watchExpiry(): void {
    this.#expiryTimer?.cancel();
    const at = this.#ready.peek()?.expiresAt;
    if (at === undefined) return;
    this.#expiryTimer = this.#host.clock.after(at - this.#host.clock.now(), () => this.pump());
  }
}

function locked(what: string): AmqpError {
  return new AmqpError(
    'RESOURCE_LOCKED',
    `cannot obtain exclusive access to locked ${what}. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`,
  );
}
