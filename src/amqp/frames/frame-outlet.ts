import { FrameWriter, type Properties } from '../../protocol/index.js';
import type { ChannelInternals } from './amqplib-internals.js';
import type { Outgoing } from './outgoing.js';

/** What is written of one turn at most before it is handed to the socket: in one piece it would have to be copied again and again. */
const maxBytes = 1024 * 1024;

/**
 * Lays the frames of one turn one behind the other and writes them together, at the end of the turn, when they are many, or
 * when amqplib is about to write on the same channel.
 */
export class FrameOutlet {
  readonly #internals: ChannelInternals;
  readonly #frames = new FrameWriter();
  readonly #flush = (): void => this.flush();
  #beforeFlush: (() => void) | undefined;
  #scheduled = false;
  #closed = false;

  constructor(internals: ChannelInternals) {
    this.#internals = internals;
    this.#frames.frameMax = internals.frameMax;
  }

  /** @throws TypeError, RangeError for properties that AMQP cannot carry; then nothing was written. */
  publish(message: Outgoing): void {
    // The encoder looks at each value of the headers itself.
    this.#frames.publish(this.#internals.channel, message, message.properties as Properties, message.content);
    this.#schedule();
  }

  ack(deliveryTag: number, multiple: boolean): void {
    this.#frames.method(this.#internals.channel, 'basic.ack', { deliveryTag, multiple });
    this.#schedule();
  }

  /** Calls back before the frames of a turn are written: what is written then goes along, behind them. */
  onFlush(callback: () => void): void {
    this.#beforeFlush = callback;
  }

  /** Writes what was not written yet. */
  flush(): void {
    if (this.#frames.length > 0) this.#beforeFlush?.();
    this.#scheduled = false;
    if (this.#frames.length > 0) this.#internals.write(this.#frames.takePieces());
  }

  /** The channel is gone: nothing may be written on it any more, its number may be somebody else's. */
  close(): void {
    this.#closed = true;
    this.#frames.takePieces();
  }

  #schedule(): void {
    if (this.#closed) this.#frames.takePieces();
    else if (this.#frames.length >= maxBytes) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      // After all promises of this turn, so that what they send goes along.
      process.nextTick(this.#flush);
    }
  }
}
