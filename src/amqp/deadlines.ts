/** One moment in the future at which something is given up. */
export interface Deadline {
  /** Takes it back; does nothing when it has passed. */
  cancel(): void;
}

/**
 * Many deadlines of few different lengths, on one timer for each length. A timer per message would cost more than the
 * message: here setting and taking back is a step in a linked list. The timers do not keep the process alive.
 */
export class Deadlines {
  readonly #lists = new Map<number, DeadlineList>();

  /** Calls `expire` after `timeoutMs`, unless it is cancelled before; never, if that is `Infinity`. */
  set(timeoutMs: number, expire: () => void): Deadline {
    let list = this.#lists.get(timeoutMs);
    if (!list) {
      list = new DeadlineList(timeoutMs, () => this.#lists.delete(timeoutMs));
      this.#lists.set(timeoutMs, list);
    }
    return list.add(expire);
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

  add(expire: () => void): Deadline {
    const entry: Entry = new Entry(performance.now() + this.#timeoutMs, expire, this.#remove, this.#last);
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
  };

  #arm(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#fire(), Math.min(delayMs, longestDelayMs)).unref();
  }

  #fire(): void {
    const now = performance.now();
    while (this.#first && this.#first.dueAt <= now) {
      const { expire } = this.#first;
      this.#first.cancel();
      expire();
    }
    this.#timer = this.#first ? this.#arm(Math.ceil(this.#first.dueAt - now)) : undefined;
    if (!this.#first) this.#onEmpty();
  }
}

class Entry implements Deadline {
  readonly dueAt: number;
  readonly expire: () => void;
  readonly #remove: (entry: Entry) => void;
  previous: Entry | undefined;
  next: Entry | undefined;
  #done = false;

  constructor(
    dueAt: number,
    expire: () => void,
    remove: (entry: Entry) => void,
    previous: Entry | undefined,
  ) {
    this.dueAt = dueAt;
    this.expire = expire;
    this.#remove = remove;
    this.previous = previous;
  }

  cancel(): void {
    if (this.#done) return;
    this.#done = true;
    this.#remove(this);
  }
}
