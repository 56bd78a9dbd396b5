import type { Message } from './message.js';

/** A message in a queue. */
export interface Entry {
  readonly message: Message;
  /** Its place among the messages of the queue; kept when it is given back. */
  readonly sequence: number;
  readonly priority: number;
  /** When it expires by the broker's clock, if ever. */
  readonly expiresAt: number | undefined;
  /** Whether it has been delivered before. */
  redelivered: boolean;
  /** How often it was delivered and given back. */
  returns: number;
}

/** The messages of a queue that wait: highest priority first, then in order of arrival. */
export class ReadyList {
  /** One lane per priority, highest first; most queues have one lane. */
  readonly #lanes = new Map<number, Lane>();
  #order: Lane[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The entry whose turn it is. */
  peek(): Entry | undefined {
    for (const lane of this.#order) if (lane.length > 0) return lane.peek();
    return undefined;
  }

  /** Takes the entry whose turn it is. */
  shift(): Entry | undefined {
    for (const lane of this.#order) {
      if (lane.length === 0) continue;
      this.#length -= 1;
      return lane.shift();
    }
    return undefined;
  }

  /** Puts an entry where its priority and sequence place it. */
  insert(entry: Entry): void {
    this.#lane(entry.priority).insert(entry);
    this.#length += 1;
  }

  /** All entries in order. */
  *[Symbol.iterator](): Generator<Entry> {
    for (const lane of this.#order) yield* lane.entries();
  }

  clear(): void {
    this.#lanes.clear();
    this.#order = [];
    this.#length = 0;
  }

  #lane(priority: number): Lane {
    let lane = this.#lanes.get(priority);
    if (!lane) {
      lane = new Lane();
      this.#lanes.set(priority, lane);
      const byPriority = [...this.#lanes].sort(([one], [other]) => other - one);
      this.#order = byPriority.map(([, each]) => each);
    }
    return lane;
  }
}

const COMPACT_AFTER = 1024;

/** Entries of one priority in order of sequence: a deque on an array whose head moves. */
class Lane {
  #entries: (Entry | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  peek(): Entry | undefined {
    return this.#entries[this.#head];
  }

  shift(): Entry | undefined {
    const entry = this.#entries[this.#head];
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#entries.length) this.#restart([]);
    else if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#entries.length) {
      this.#restart(this.#entries.slice(this.#head));
    }
    return entry;
  }

  insert(entry: Entry): void {
    let low = this.#head;
    let high = this.#entries.length;
    if (high === low || (this.#entries[high - 1] as Entry).sequence < entry.sequence) {
      this.#entries.push(entry);
      return;
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as Entry).sequence < entry.sequence) low = middle + 1;
      else high = middle;
    }
    if (low === this.#head && low > 0) {
      this.#head -= 1;
      this.#entries[this.#head] = entry;
    } else this.#entries.splice(low, 0, entry);
  }

  *entries(): Generator<Entry> {
    for (let at = this.#head; at < this.#entries.length; at += 1) yield this.#entries[at] as Entry;
  }

  #restart(entries: (Entry | undefined)[]): void {
    this.#entries = entries;
    this.#head = 0;
  }
}
