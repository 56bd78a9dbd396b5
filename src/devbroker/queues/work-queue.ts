import type { Timer } from '../common/clock.js';
import { type Message, weightOf } from '../common/message.js';
import { Backlog } from './backlog.js';
import type { Consumer } from './consumer.js';
import { ConsumerRing } from './consumer-ring.js';
import { type DeathReason, Queue, type QueueSettings } from './queue.js';
import type { QueueHost } from './queue-host.js';
import type { Entry } from './ready-list.js';

/** A classic or a quorum queue: messages that wait, messages that are out, and consumers. */
export class WorkQueue extends Queue {
  readonly #backlog: Backlog;
  readonly #out = new Set<Entry>();
  readonly #consumers: ConsumerRing;
  #pumping = false;
  #unusedTimer: Timer | undefined;

  constructor(settings: QueueSettings, host: QueueHost) {
    super(settings, host);
    this.#backlog = new Backlog(this.limits, host, (entry, reason) => this.#die(entry, reason));
    this.#consumers = new ConsumerRing(this.limits.singleActiveConsumer);
    this.touch();
  }

  override get messageCount(): number {
    return this.#backlog.length;
  }

  override get unsettledCount(): number {
    return this.#out.size;
  }

  override get messages(): readonly Message[] {
    return this.#backlog.messages;
  }

  override get consumerCount(): number {
    return this.#consumers.size;
  }

  override get consumers(): ConsumerRing {
    return this.#consumers;
  }

  override offer(message: Message): boolean {
    if (this.limits.overflow !== 'drop-head' && this.#backlog.wouldOverflow(message)) {
      if (this.limits.overflow === 'reject-publish-dlx') this.host.died(this, message, 'maxlen', false);
      return false;
    }
    this.#enter(message);
    // RabbitMQ looks for expired messages only when the head may have changed.
    const isAlone = this.#backlog.length === 1;
    if (this.#backlog.dropOverflow() || isAlone) this.#dropExpired();
    return true;
  }

  override take(noAck: boolean): Entry | undefined {
    this.touch();
    const entry = this.#backlog.shift();
    if (entry) this.#leave(entry, noAck);
    this.#dropExpired();
    return entry;
  }

  override pump(): void {
    this.#consumers.refresh();
    this.#serve();
  }

  override settle(entry: Entry, outcome: 'ack' | 'reject' | 'drop'): void {
    if (!this.#out.delete(entry)) return;
    if (outcome === 'reject' || this.host.profile.nackCounts) entry.returns += 1;
    if (outcome === 'ack') this.host.heldBytes(-weightOf(entry.message));
    else this.#die(entry, 'rejected');
  }

  override requeue(entries: Iterable<Entry>, counts = true): void {
    for (const entry of entries) if (this.#out.delete(entry)) this.#return(entry, counts);
    this.#backlog.dropOverflow();
    this.#dropExpired();
    this.pump();
  }

  override purge(): number {
    return this.#backlog.purge();
  }

  override addConsumer(consumer: Consumer): void {
    this.#consumers.add(consumer);
    this.touch();
  }

  override removeConsumer(consumer: Consumer): void {
    if (this.#consumers.remove(consumer)) this.touch();
  }

  override endIfUnused(): boolean {
    if (!this.settings.autoDelete || this.#consumers.size > 0) return false;
    this.host.abandoned(this);
    return true;
  }

  override release(consumers: readonly Consumer[], entries: readonly Entry[]): void {
    for (const consumer of consumers) this.removeConsumer(consumer);
    if (consumers.length === 0 || !this.endIfUnused()) this.requeue(entries);
  }

  override evictConsumers(): void {
    for (const consumer of this.#consumers.clear()) consumer.owner.cancelled(consumer);
    this.touch();
    this.endIfUnused();
  }

  override end(): void {
    this.#unusedTimer?.cancel();
    this.purge();
    for (const entry of this.#out) this.host.heldBytes(-weightOf(entry.message));
    this.#out.clear();
    for (const consumer of this.#consumers.clear()) consumer.owner.cancelled(consumer);
  }

  override survive(): void {
    for (const entry of [...this.#out]) if (this.#out.delete(entry)) this.#return(entry, true);
    this.#backlog.dropTransient();
    this.#dropExpired();
  }

  override touch(): void {
    this.#unusedTimer?.cancel();
    const { expiresMs } = this.limits;
    if (expiresMs === undefined || this.#consumers.size > 0) return;
    this.#unusedTimer = this.host.clock.after(expiresMs, () => this.host.abandoned(this));
  }

  /**
   * What has failed in the queue that it comes from counts on in a quorum queue. A classic queue passes on what somebody
   * waits for without looking at that.
   */
  #enter(message: Message): void {
    const entry = this.#backlog.enter(message);
    const hasFailed = message.hasFailed === true;
    const countsOn = hasFailed && this.host.profile.toldFailures === 'all';
    if (this.limits.type === 'quorum') {
      entry.redelivered = hasFailed;
      entry.returns = countsOn ? 1 : 0;
    }
    this.pump();
    entry.redelivered ||= countsOn;
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
    if (noAck) this.host.heldBytes(-weightOf(entry.message));
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

  #die({ message, returns }: Entry, reason: DeathReason): void {
    this.host.heldBytes(-weightOf(message));
    this.host.died(this, message, reason, returns > 0 || message.hasFailed === true);
  }

  #dropExpired(): void {
    this.#backlog.dropExpired();
    this.#backlog.watch(() => this.#dropExpired());
  }
}
