import { FrameWriter, type Properties } from '../protocol/index.js';
import type { ChannelDoor } from './below-amqplib.js';
import type { Outgoing } from './outgoing.js';

/**
 * Lays the frames of one turn one behind the other and writes them in one piece, at the end of the turn or when amqplib
 * is about to write on the same channel.
 */
export class FrameOutlet {
  readonly #door: ChannelDoor;
  readonly #frames = new FrameWriter();
  readonly #flush = (): void => this.flush();
  #scheduled = false;
  #closed = false;

  constructor(door: ChannelDoor) {
    this.#door = door;
    this.#frames.frameMax = door.frameMax;
  }

  /** @throws TypeError, RangeError for properties that AMQP cannot carry; then nothing was written. */
  publish(message: Outgoing): void {
    // The encoder looks at each value of the headers itself.
    this.#frames.publish(this.#door.channel, message, message.properties as Properties, message.content);
    this.#schedule();
  }

  ack(deliveryTag: number, multiple: boolean): void {
    this.#frames.method(this.#door.channel, 'basic.ack', { deliveryTag, multiple });
    this.#schedule();
  }

  /** Writes what was not written yet. */
  flush(): void {
    this.#scheduled = false;
    if (this.#frames.length > 0) this.#door.write(this.#frames.take());
  }

  /** The channel is gone: nothing may be written on it any more, its number may be somebody else's. */
  close(): void {
    this.#closed = true;
    this.#frames.take();
  }

  #schedule(): void {
    if (this.#closed) this.#frames.take();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      // After all promises of this turn, so that what they send goes along.
      process.nextTick(this.#flush);
    }
  }
}
