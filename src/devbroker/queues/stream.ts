import { type Message, weightOf, withHeaders } from '../common/message.js';
import { notImplemented } from '../common/texts.js';
import type { Consumer } from './consumer.js';
import { ConsumerRing } from './consumer-ring.js';
import { type Outcome, Queue } from './queue.js';
import type { Entry } from './ready-list.js';
import { asStored } from './stored-message.js';
import { firstOffset, type Stored } from './stream-offset.js';

/**
 * A stream: what is consumed stays, and each consumer reads on from a place of its own. Settling makes room within the
 * prefetch; nothing comes back. Nothing is ever dropped for its age or its size.
 */
export class Stream extends Queue {
  readonly #stored: Stored[] = [];
  readonly #places = new Map<Consumer, number>();
  readonly #consumers = new ConsumerRing(false);
  readonly #out = new Set<Entry>();

  override get messageCount(): number {
    return this.#stored.length;
  }

  override get unsettledCount(): number {
    return this.#out.size;
  }

  /** RabbitMQ tells that of each stream, whoever reads it. */
  override get consumerCount(): number {
    return 0;
  }

  override get messages(): readonly Message[] {
    return this.#stored.map(({ message }) => message);
  }

  override get consumers(): ConsumerRing {
    return this.#consumers;
  }

  override makesRoom(outcome: Outcome): boolean {
    return outcome === 'ack' || this.host.profile.refusalMakesRoom;
  }

  override offer(message: Message): boolean {
    const stored = asStored(message, this.host.profile);
    this.host.heldBytes(weightOf(stored));
    this.#stored.push({ message: stored, timeMs: this.host.clock.now() });
    this.pump();
    return true;
  }

  override take(): never {
    throw notImplemented(`basic.get not supported by stream queues ${this.what}`);
  }

  override pump(): void {
    for (const consumer of this.#places.keys()) this.#serve(consumer);
  }

  override settle(entry: Entry): void {
    this.#out.delete(entry);
  }

  override requeue(entries: Iterable<Entry>): void {
    for (const entry of entries) this.#out.delete(entry);
    this.pump();
  }

  override purge(): never {
    throw notImplemented(`queue.purge not supported by stream queues ${this.what}`);
  }

  override addConsumer(consumer: Consumer): void {
    const now = this.host.clock.now();
    this.#places.set(consumer, firstOffset(consumer.settings.arguments, this.#stored, now));
    this.#consumers.add(consumer);
  }

  override removeConsumer(consumer: Consumer): void {
    this.#places.delete(consumer);
    this.#consumers.remove(consumer);
  }

  override endIfUnused(): boolean {
    return false;
  }

  override release(consumers: readonly Consumer[], entries: readonly Entry[]): void {
    for (const consumer of consumers) this.removeConsumer(consumer);
    this.requeue(entries);
  }

  override evictConsumers(): void {
    this.#places.clear();
    for (const consumer of this.#consumers.clear()) consumer.owner.cancelled(consumer);
  }

  override end(): void {
    for (const { message } of this.#stored) this.host.heldBytes(-weightOf(message));
    this.#stored.length = 0;
    this.#out.clear();
    this.evictConsumers();
  }

  /** All of it does: a stream writes everything down. */
  override survive(): void {
    this.#out.clear();
  }

  /** Streams do not expire. */
  override touch(): void {}

  #serve(consumer: Consumer): void {
    let place = this.#places.get(consumer) ?? this.#stored.length;
    while (place < this.#stored.length && consumer.owner.canTake(consumer)) {
      const entry = this.#entryAt(place);
      place += 1;
      this.#places.set(consumer, place);
      this.#out.add(entry);
      consumer.owner.deliver(consumer, entry);
    }
  }

  #entryAt(offset: number): Entry {
    const { message } = this.#stored[offset] as Stored;
    return {
      message: withHeaders(message, { 'x-stream-offset': { '!': 'long', value: offset } }),
      sequence: offset,
      priority: 0,
      expiresAt: undefined,
      redelivered: false,
      acquisitions: 0,
      returns: 0,
    };
  }
}
