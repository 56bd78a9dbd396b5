import type { Channel, ConsumeMessage } from 'amqplib';
import { closeInTime } from '../common/close-in-time.js';
import { isDeliveryTimeout } from '../connection/broker-error.js';
import { takeMessages } from '../frames/amqplib-internals.js';
import { Acknowledger } from './acknowledger.js';

/** What a {@link Session} tells its subscription. */
export interface SessionOwner {
  /** A message has come, perhaps for a consumer that was left already. */
  take(message: ConsumeMessage, session: Session): void;
  /** Told after each settlement, before an ack is written. */
  settled(session: Session, acked: boolean): void;
  /** The channel is gone, and what it had delivered with it. */
  lost(session: Session): void;
}

/** One channel on which a queue is consumed, and what was delivered on it, to its last settlement. */
export class Session {
  readonly channel: Channel;
  readonly acknowledger: Acknowledger;
  /** The consumer's tag, while the broker has agreed that we consume. */
  tag: string | undefined;
  /** Whether what still comes goes back at once. */
  isClosedToNew = false;
  #isLeft = false;
  #timedOut = false;

  /** @param prefetch how many unsettled messages the broker hands us on it, at most. */
  constructor(channel: Channel, prefetch: number, owner: SessionOwner) {
    this.channel = channel;
    this.acknowledger = new Acknowledger(channel, prefetch, (acked) => owner.settled(this, acked));
    takeMessages(channel, (message) => owner.take(message, this));
    channel.on('error', (error: Error) => {
      this.#timedOut = isDeliveryTimeout(error);
    });
    channel.on('close', () => owner.lost(this));
  }

  /** True when nothing comes any more and all that came is settled. */
  get isOver(): boolean {
    return this.#isLeft && this.acknowledger.unsettled === 0;
  }

  /** Whether the broker has ended it because a delivery was not settled in time. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /**
   * Takes no more messages. Ends when nothing comes any more: a delivery may stand behind the broker's word that it has
   * stopped (seen with quorum queues), but not behind its next answer.
   */
  async cancel(): Promise<void> {
    const { tag, channel } = this;
    this.tag = undefined;
    if (tag === undefined) return;
    try {
      await channel.cancel(tag);
      await channel.prefetch(1);
    } catch {
      // The channel is gone, and with it what it had delivered.
    }
  }

  /** Ends the consumer for good: the session is over when what has come is settled. */
  async leave(): Promise<void> {
    await this.cancel();
    this.#isLeft = true;
    this.acknowledger.release();
  }

  /** Writes the acks that were collected, and closes the channel: what is not settled goes back to the queue. */
  async close(): Promise<void> {
    this.acknowledger.close();
    await closeInTime(this.channel);
    this.acknowledger.abandon();
  }
}
