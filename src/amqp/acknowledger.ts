import type { Channel, ConsumeMessage } from 'amqplib';
import { type Outlet, outletOf } from './outlet.js';

/**
 * Settles the deliveries of one channel. Acks of one turn are joined: where all deliveries up to one are settled, a
 * single `ack` with `multiple` says so (AMQP 0-9-1 section 1.8.3.13), which saves a frame per message on both sides.
 * When the channel is gone its deliveries are not ours any more: the broker gives them to somebody else.
 */
export class Acknowledger {
  readonly #channel: Channel;
  readonly #outlet: Outlet;
  readonly #acked = new Set<number>();
  /** Settled at the broker, but something before them is not, so the floor has not reached them. */
  readonly #doneAhead = new Set<number>();
  /** All tags up to this one are settled at the broker. */
  #floor = 0;
  #scheduled = false;
  #alive = true;
  #unsettled = 0;
  readonly #onSettled: () => void;

  /** @param onSettled told after each settlement, and when the channel is gone. */
  constructor(channel: Channel, onSettled: () => void) {
    this.#channel = channel;
    this.#outlet = outletOf(channel);
    this.#onSettled = onSettled;
  }

  /** How many deliveries of this channel are neither acked nor rejected; 0 when the channel is gone. */
  get unsettled(): number {
    return this.#alive ? this.#unsettled : 0;
  }

  /** Counts a delivery that has just come. */
  delivered(): void {
    this.#unsettled++;
  }

  /** False when the channel is gone: whatever is settled now comes too late. */
  get alive(): boolean {
    return this.#alive;
  }

  ack(tag: number): void {
    this.#acked.add(tag);
    if (!this.#scheduled) setImmediate(() => this.flush());
    this.#scheduled = true;
    this.#settled();
  }

  reject(tag: number, requeue: boolean): void {
    this.#settleAtOnce(tag, () => this.#channel.reject(reference(tag), requeue));
  }

  /** Returns what nobody has begun with. RabbitMQ from 4.3 on does not count a `nack` as a failed delivery, a `reject` it does. */
  giveBack(tag: number): void {
    this.#settleAtOnce(tag, () => this.#channel.nack(reference(tag), false, true));
  }

  /** Writes the acks that were collected. */
  flush(): void {
    this.#scheduled = false;
    const joined = this.#raiseFloor();
    if (joined > 0) this.#send(() => this.#outlet.ack(joined, true));
    for (const tag of this.#acked) {
      this.#send(() => this.#outlet.ack(tag, false));
      this.#doneAhead.add(tag);
    }
    this.#acked.clear();
  }

  /** The channel is gone. */
  abandon(): void {
    this.#alive = false;
    this.#acked.clear();
    this.#onSettled();
  }

  #settleAtOnce(tag: number, write: () => void): void {
    this.#send(write);
    this.#doneAhead.add(tag);
    this.#settled();
  }

  #settled(): void {
    this.#unsettled--;
    this.#onSettled();
  }

  /** The highest tag that an ack with `multiple` may name now; 0 when there is none. */
  #raiseFloor(): number {
    let joined = 0;
    for (let next = this.#floor + 1; ; next++) {
      if (this.#acked.delete(next)) joined = next;
      else if (!this.#doneAhead.delete(next)) break;
      this.#floor = next;
    }
    return joined;
  }

  /** amqplib throws on a channel that has just been closed; the broker has those deliveries back already. */
  #send(write: () => void): void {
    if (!this.#alive) return;
    try {
      write();
    } catch {
      this.abandon();
    }
  }
}

/** amqplib takes a whole message where it needs its tag only. */
function reference(deliveryTag: number): ConsumeMessage {
  return { fields: { deliveryTag } } as ConsumeMessage;
}
