import { afterReading, startTimer } from '../../common/timers.js';

/** One moment in the future at which something is given up. */
export interface Deadline {
  /** Takes it back; does nothing when it has passed. */
  cancel(): void;
}

/** What is told when its time is over. */
export interface Timed {
  timeOver(): void;
}

type WhenRead = (callback: () => void) => void;

/**
 * Many deadlines of few different lengths, on one timer for each length. A timer per message would cost more than the
 * message: here setting and taking back is a step in a linked list. The timers do not keep the process alive. What has
 * arrived when a time is over comes first, also where the process was too busy to read it.
 */
export class Deadlines {
  readonly #lists = new Map<number, DeadlineList>();
  readonly #whenRead: WhenRead;

  /** @param whenRead calls back when all that has arrived was read. */
  constructor(whenRead: WhenRead = afterReading) {
    this.#whenRead = whenRead;
  }

  /** Calls `expire` after `timeoutMs`, unless it is cancelled before; never, if that is `Infinity`. */
  set(timeoutMs: number, expire: () => void): Deadline {
    return this.watch(timeoutMs, { timeOver: expire });
  }

  /** Sets a deadline as {@link set} does, but without a closure, for what there is one of per message. */
  watch(timeoutMs: number, target: Timed): Deadline {
    // What is no number would never be due, and its timer never rest.
    const lengthMs = Number.isNaN(timeoutMs) ? 0 : Math.max(0, timeoutMs);
    let list = this.#lists.get(lengthMs);
    if (!list) {
      list = new DeadlineList(lengthMs, this.#whenRead, () => this.#lists.delete(lengthMs));
      this.#lists.set(lengthMs, list);
    }
    return list.add(target);
  }
}

/** Deadlines of one length pass in the order in which they were set, so only the first needs a timer. */
class DeadlineList {
  readonly #timeoutMs: number;
  readonly #whenRead: WhenRead;
  readonly #onEmpty: () => void;
  #first: Entry | undefined;
  #last: Entry | undefined;
  #isArmed = false;

  constructor(timeoutMs: number, whenRead: WhenRead, onEmpty: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#whenRead = whenRead;
    this.#onEmpty = onEmpty;
  }

  add(target: Timed): Deadline {
    const entry: Entry = new Entry(performance.now() + this.#timeoutMs, target, this.#remove, this.#last);
    if (this.#last) this.#last.next = entry;
    else this.#first = entry;
    this.#last = entry;
    if (!this.#isArmed) this.#arm(this.#timeoutMs);
    return entry;
  }

  readonly #remove = (entry: Entry): void => {
    if (entry.previous) entry.previous.next = entry.next;
    else this.#first = entry.next;
    if (entry.next) entry.next.previous = entry.previous;
    else this.#last = entry.previous;
    // Else an entry that has become old would keep alive all that came after it, until the next full collection.
    entry.previous = undefined;
    entry.next = undefined;
  };

  #arm(delayMs: number): void {
    this.#isArmed = true;
    const fire = (): void => {
      const now = performance.now();
      this.#whenRead(() => this.#pass(now));
    };
    startTimer(delayMs, fire, { ref: false });
  }

  /** @param now when the timer ran out: what is due since then has a timer of its own coming. */
  #pass(now: number): void {
    while (this.#first && this.#first.dueAt <= now) {
      const { target } = this.#first;
      this.#first.cancel();
      target.timeOver();
    }
    this.#isArmed = false;
    if (this.#first) this.#arm(Math.max(0, Math.ceil(this.#first.dueAt - performance.now())));
    else this.#onEmpty();
  }
}

class Entry implements Deadline {
  readonly dueAt: number;
  readonly target: Timed;
  readonly #remove: (entry: Entry) => void;
  previous: Entry | undefined;
  next: Entry | undefined;
  #done = false;

  constructor(dueAt: number, target: Timed, remove: (entry: Entry) => void, previous: Entry | undefined) {
    this.dueAt = dueAt;
    this.target = target;
    this.#remove = remove;
    this.previous = previous;
  }

  cancel(): void {
    if (this.#done) return;
    this.#done = true;
    this.#remove(this);
  }
}
