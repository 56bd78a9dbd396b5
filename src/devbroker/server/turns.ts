import { nextTurn } from '../../common/next-turn.js';

/** How long a client may keep the broker busy with what it sent until others have their turn. */
const SLICE_MS = 1;

/** How long those that wait for a turn are served before the process listens to all clients again. */
const ROUND_MS = 4;

/**
 * Shares the broker's process among its clients. One that has sent more than can be dealt with in a slice waits for its
 * next turn, behind those that wait already; between two rounds of turns all clients are listened to, so that one who
 * asks for little is answered at once however much the others send.
 */
export class Turns {
  #waiting: (() => void)[] = [];
  #isPlanned = false;

  /** When a slice that begins now is over, by `performance.now()`. */
  sliceEnd(): number {
    return performance.now() + SLICE_MS;
  }

  /** Calls back when it is this client's turn. */
  queue(take: () => void): void {
    this.#waiting.push(take);
    this.#plan();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    nextTurn(() => this.#serve());
  }

  #serve(): void {
    this.#isPlanned = false;
    const end = performance.now() + ROUND_MS;
    const waiting = this.#waiting;
    this.#waiting = [];
    let served = 0;
    for (const take of waiting) {
      if (performance.now() > end) break;
      served += 1;
      take();
    }
    // Who was served and has not done stands behind who was not.
    this.#waiting = [...waiting.slice(served), ...this.#waiting];
    if (this.#waiting.length > 0) this.#plan();
  }
}
