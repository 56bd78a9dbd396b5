import type { Frame } from '../../protocol/index.js';
import type { Turns } from './turns.js';
import type { Wire } from './wire.js';

/** What an {@link Intake} asks and tells its connection. */
export interface IntakeListener {
  /** Why this frame has to wait until publishing is possible again; `undefined` when it does not. */
  blockReason(frame: Frame): string | undefined;
  /** Frames wait for that reason, or not any more. */
  onBlocked(reason: string | undefined): void;
  /** The frame's turn has come. */
  onFrame(frame: Frame): void;
}

/**
 * Takes the frames of a client in order, and lets them wait while publishers are blocked, while the client does not
 * read what it has asked for, or when others have their turn. Meanwhile nothing more is read.
 */
export class Intake {
  readonly #wire: Wire;
  readonly #turns: Turns;
  readonly #listener: IntakeListener;
  #waiting: Frame[] = [];
  #heldUp: 'blocked' | 'unread' | 'turn' | undefined;
  #sliceEnd = 0;

  constructor(wire: Wire, turns: Turns, listener: IntakeListener) {
    this.#wire = wire;
    this.#turns = turns;
    this.#listener = listener;
  }

  /** Whether frames wait. */
  get isHeldUp(): boolean {
    return this.#heldUp !== undefined;
  }

  /** Bytes have come: the client's slice of time begins. */
  begin(): void {
    this.#sliceEnd = this.#turns.sliceEnd();
  }

  take(frame: Frame): void {
    if (this.#heldUp) {
      this.#waiting.push(frame);
      return;
    }
    const reason = this.#listener.blockReason(frame);
    if (this.#wire.isCongested) this.#holdUp('unread', frame);
    else if (performance.now() > this.#sliceEnd) this.#waitForTurn(frame);
    else if (reason === undefined) this.#listener.onFrame(frame);
    else {
      this.#holdUp('blocked', frame);
      this.#listener.onBlocked(reason);
    }
  }

  /** Publishing is possible again. */
  unblock(): void {
    if (this.#heldUp !== 'blocked') return;
    this.#listener.onBlocked(undefined);
    this.#goOn();
  }

  /** The client has read what it was sent. */
  drained(): void {
    if (this.#heldUp === 'unread') this.#goOn();
  }

  /** Forgets what waits. The client is listened to again: it may still say that it has heard of the end. */
  end(): void {
    this.#waiting = [];
    if (this.#heldUp) this.#wire.resume();
    this.#heldUp = undefined;
  }

  #waitForTurn(frame: Frame): void {
    this.#holdUp('turn', frame);
    this.#turns.queue(() => {
      if (this.#heldUp === 'turn') this.#goOn();
    });
  }

  #holdUp(why: 'blocked' | 'unread' | 'turn', frame: Frame): void {
    this.#heldUp = why;
    this.#waiting.push(frame);
    this.#wire.pause();
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#heldUp = undefined;
    this.begin();
    for (const frame of waiting) this.take(frame);
    if (!this.#heldUp) this.#wire.resume();
  }
}
