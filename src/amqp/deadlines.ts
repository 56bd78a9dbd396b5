/** One moment in the future at which something is given up. */
export interface Deadline {
  /** Takes it back; does nothing when it has passed. */
  cancel(): void;
}

/** What is told when its time is over. */
export interface Timed {
  timeOver(): void;
}

/**
 * Many deadlines of few different lengths, on one timer for each length. A timer per message would cost more than the
 * message: here setting and taking back is a step in a linked list. The timers do not keep the process alive.
 */
export class Deadlines {
  readonly #lists = new Map<number, DeadlineList>();

  /** Calls `expire` after `timeoutMs`, unless it is cancelled before; never, if that is `Infinity`. */
  set(timeoutMs: number, expire: () => void): Deadline {
    return this.watch(timeoutMs, { timeOver: expire });
  }

  /** The same without a closure, for what there is one of per message. */
  watch(timeoutMs: number, target: Timed): Deadline {
    let list = this.#lists.get(timeoutMs);
    if (!list) {
      list = new DeadlineList(timeoutMs, () => this.#lists.delete(timeoutMs));
      this.#lists.set(timeoutMs, list);
    }
    return list.add(target);
  }
}

/** Node's timers count in 31 bits, and run at once what is longer: it is waited for in several parts. */
const longestDelayMs = 2 ** 31 - 1;

/** Deadlines of one length pass in the order in which they were set, so only the first needs a timer. */
class DeadlineList {
  readonly #timeoutMs: number;
  readonly #onEmpty: () => void;
  #first: Entry | undefined;
  #last: Entry | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, onEmpty: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onEmpty = onEmpty;
  }

  add(target: Timed): Deadline {
    const entry: Entry = new Entry(performance.now() + this.#timeoutMs, target, this.#remove, this.#last);
    if (this.#last) this.#last.next = entry;
    else this.#first = entry;
    this.#last = entry;
    this.#timer ??= this.#arm(this.#timeoutMs);
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

  #arm(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#fire(), Math.min(delayMs, longestDelayMs)).unref();
  }

  #fire(): void {
    const now = performance.now();
    while (this.#first && this.#first.dueAt <= now) {
      const { target } = this.#first;
      this.#first.cancel();
      target.timeOver();
    }
    this.#timer = this.#first ? this.#arm(Math.ceil(this.#first.dueAt - now)) : undefined;
    if (!this.#first) this.#onEmpty();
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
