import type { Channel } from 'amqplib';
import { closeInTime } from '../common/close-in-time.js';
import type { Dialled } from './dial.js';
import { onThrowAwayChannel } from './throw-away-channel.js';

/** So long it is kept when nobody asks anything. */
const idleMs = 30_000;

/**
 * A connection for questions for which the broker may close it: made for the first, closed when there was none for a while. One question
 * at a time, so each knows that it was the reason.
 */
export class SideConnection {
  readonly #dial: () => Promise<Dialled>;
  #dialled: Dialled | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  /** @param dial makes the connection; it must reject once the owner is closed. */
  constructor(dial: () => Promise<Dialled>) {
    this.#dial = dial;
  }

  /**
   * Asks something on a channel of its own, when those who asked before have their answers.
   * @throws ConnectError; TopologyError when the broker refuses; ConnectionLostError, with the broker's reason as its cause, when it has
   * closed the connection for it.
   */
  ask<T>(question: (channel: Channel) => Promise<T>): Promise<T> {
    const asked = this.#last.then(() => this.#ask(question));
    this.#last = asked.catch(() => {});
    return asked;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const dialled = this.#dialled;
    this.#dialled = undefined;
    if (dialled && !(await closeInTime(dialled.model))) dialled.cutOff();
  }

  async #ask<T>(question: (channel: Channel) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    const { model } = this.#dialled ?? (await this.#open());
    try {
      return await onThrowAwayChannel(model, question);
    } finally {
      this.#idle = setTimeout(() => void this.close(), idleMs).unref();
    }
  }

  async #open(): Promise<Dialled> {
    const dialled = await this.#dial();
    // What it says is told by what was asked.
    dialled.model.on('error', () => {});
    dialled.model.once('close', () => {
      if (this.#dialled === dialled) this.#dialled = undefined;
    });
    this.#dialled = dialled;
    return dialled;
  }
}
