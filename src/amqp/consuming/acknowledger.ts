import { type Channel, type ConsumeMessage, IllegalOperationError } from 'amqplib';
import { nextTurn } from '../../common/next-turn.js';
import type { Outgoing } from '../frames/outgoing.js';
import { type Outlet, outletOf } from '../frames/outlet.js';
import type { Delivery } from './delivery.js';
import { RecentAcks } from './recent-acks.js';

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
  #isHeld = false;
  #alive = true;
  #isClosed = false;
  readonly #unsettled = new Set<Delivery>();
  readonly #recent: RecentAcks;
  readonly #onSettled: (acked: boolean) => void;

  /**
   * @param prefetch how many unsettled deliveries the broker hands out.
   * @param onSettled told after each settlement, before an ack is written, and when the channel is gone.
   */
  constructor(channel: Channel, prefetch: number, onSettled: (acked: boolean) => void) {
    this.#channel = channel;
    this.#recent = new RecentAcks(prefetch);
    this.#outlet = outletOf(channel);
    this.#outlet.onFlush(() => this.flush());
    this.#onSettled = onSettled;
  }

  /** How many deliveries of this channel are neither acked nor rejected; 0 when the channel is gone. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  /** What was delivered on this channel and is neither acked nor rejected. */
  get deliveries(): Iterable<Delivery> {
    return this.#unsettled;
  }

  /** Takes note of a delivery that has just come. */
  delivered(delivery: Delivery): void {
    if (this.#alive) this.#unsettled.add(delivery);
  }

  /** True when its consumer has ended: what is not settled goes back, and is nobody's here any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** False when the channel is gone: whatever is settled now comes too late. */
  get alive(): boolean {
    return this.#alive;
  }

  ack(delivery: Delivery): void {
    this.#acked.add(delivery.tag);
    if (this.#alive) this.#recent.add(delivery);
    if (!this.#scheduled) nextTurn(() => this.flush());
    this.#scheduled = true;
    this.#settled(delivery, true);
  }

  /**
   * Publishes on the channel of the deliveries, without a confirm. The broker takes the frames of a channel in order, so who hears of an
   * ack that follows has what was published before it. False where the channel is gone.
   * @throws Error for properties that AMQP cannot carry; then nothing was sent
   */
  publish(message: Outgoing): boolean {
    if (!this.#alive) return false;
    try {
      this.#outlet.publish(message);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof IllegalOperationError)) throw thrown;
      this.abandon();
      return false;
    }
  }

  reject(delivery: Delivery, requeue: boolean): void {
    this.#settleAtOnce(delivery, () => this.#channel.reject(reference(delivery.tag), requeue));
  }

  /** Returns what nobody has begun with. RabbitMQ from 4.3 on does not count a `nack` as a failed delivery, a `reject` it does. */
  giveBack(delivery: Delivery): void {
    this.#settleAtOnce(delivery, () => this.#channel.nack(reference(delivery.tag), false, true));
  }

  /** Writes no acks until {@link release}: so the broker hands out nothing more where as much is in hand as may be. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Ends {@link hold}. */
  release(): void {
    this.#isHeld = false;
    this.flush();
  }

  /** Writes the acks that were collected. */
  flush(): void {
    this.#scheduled = false;
    if (this.#isHeld) return;
    const joined = this.#raiseFloor();
    if (joined > 0) this.#send(() => this.#outlet.ack(joined, true));
    for (const tag of this.#acked) {
      this.#send(() => this.#outlet.ack(tag, false));
      this.#doneAhead.add(tag);
    }
    this.#acked.clear();
  }

  /** Its consumer ends: writes the acks that were collected, before the channel is closed. */
  close(): void {
    this.release();
    this.#isClosed = true;
  }

  /** The broker has ended our consumer, perhaps before the acks that were written last had come. */
  doubtAcks(): void {
    this.#recent.doubt();
  }

  /** The broker has taken one back: nobody settles it any more. */
  forsake(delivery: Delivery): void {
    this.#settled(delivery);
  }

  /** The channel is gone. */
  abandon(): void {
    this.#alive = false;
    this.#recent.doubt();
    this.#acked.clear();
    this.#unsettled.clear();
    this.#onSettled(false);
  }

  #settleAtOnce(delivery: Delivery, write: () => void): void {
    this.#send(write);
    this.#doneAhead.add(delivery.tag);
    this.#settled(delivery);
  }

  #settled(delivery: Delivery, acked = false): void {
    this.#unsettled.delete(delivery);
    this.#onSettled(acked);
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
