import type { Message } from '../common/message.js';

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
  /** How often it was delivered and came back. */
  acquisitions: number;
  /** How often that counted for the delivery limit. */
  returns: number;
}

/**
 * The messages of a queue that wait: highest priority first, then in order of arrival. Where priorities are given turns,
 * after so many of the highest comes one of the next.
 */
export class ReadyList {
  readonly #turns: number;
  /** How many of the highest priority have left since one of the next did. */
  #streak = 0;
  /** One lane per priority, highest first; most queues have one lane. */
  readonly #lanes = new Map<number, Lane>();
  #order: Lane[] = [];
  #length = 0;

  constructor(turns: number = Number.POSITIVE_INFINITY) {
    this.#turns = turns;
  }

  get length(): number {
    return this.#length;
  }

  /** The entry whose turn it is. */
  peek(): Entry | undefined {
    return this.#next()?.peek();
  }

  /** Takes the entry whose turn it is. */
  shift(): Entry | undefined {
    const lane = this.#next();
    if (lane === undefined) return undefined;
    this.#streak = lane === this.#order[0] ? this.#streak + 1 : 0;
    this.#length -= 1;
    return lane.shift();
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

  #next(): Lane | undefined {
    const filled = (lane: Lane) => lane.length > 0;
    if (this.#streak < this.#turns) return this.#order.find(filled);
    return this.#order.slice(1).find(filled) ?? this.#order.find(filled);
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

/**
 * Entries of one priority in order of sequence. New ones come in that order and stand in line; what is given back has
 * mostly lower sequences, in any order, and stands in a heap: so giving back costs the same however many wait.
 */
class Lane {
  readonly #line = new Line();
  readonly #returned = new Heap();

  get length(): number {
    return this.#line.length + this.#returned.length;
  }

  peek(): Entry | undefined {
    return this.#isReturnedFirst ? this.#returned.peek() : this.#line.peek();
  }

  shift(): Entry | undefined {
    return this.#isReturnedFirst ? this.#returned.shift() : this.#line.shift();
  }

  insert(entry: Entry): void {
    const last = this.#line.last;
    if (last === undefined || last.sequence < entry.sequence) this.#line.push(entry);
    else this.#returned.push(entry);
  }

  /** All entries in order, those given back among the others. */
  entries(): readonly Entry[] {
    const all = [...this.#returned.entries(), ...this.#line.entries()];
    return this.#returned.length === 0 ? all : all.sort((one, other) => one.sequence - other.sequence);
  }

  get #isReturnedFirst(): boolean {
    const returned = this.#returned.peek();
    if (returned === undefined) return false;
    const first = this.#line.peek();
    return first === undefined || returned.sequence < first.sequence;
  }
}

const COMPACT_AFTER = 1024;

/** Entries in the order in which they came: a queue on an array whose head moves. */
class Line {
  #entries: (Entry | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  get last(): Entry | undefined {
    return this.#entries[this.#entries.length - 1];
  }

  peek(): Entry | undefined {
    return this.#entries[this.#head];
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  shift(): Entry | undefined {
    const entry = this.#entries[this.#head];
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    if (this.#head >= this.#entries.length) this.#restart([]);
    else if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#entries.length) {
      this.#restart(this.#entries.slice(this.#head));
    }
    return entry;
  }

  entries(): readonly Entry[] {
    return this.#entries.slice(this.#head) as Entry[];
  }

  #restart(entries: (Entry | undefined)[]): void {
    this.#entries = entries;
    this.#head = 0;
  }
}

/** Entries of which the one with the lowest sequence comes out first: a binary heap. */
class Heap {
  readonly #entries: Entry[] = [];

  get length(): number {
    return this.#entries.length;
  }

  peek(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    let at = this.#entries.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if ((this.#entries[above] as Entry).sequence <= entry.sequence) break;
      this.#entries[at] = this.#entries[above] as Entry;
      at = above;
    }
    this.#entries[at] = entry;
  }

  shift(): Entry | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  /** All of them, in no order. */
  entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Puts an entry in the place of the first, then lower until nothing below it comes before it. */
  #sink(entry: Entry): void {
    const { length } = this.#entries;
    let at = 0;
    for (let below = 1; below < length; below = at * 2 + 1) {
      const right = below + 1;
      const isRightLower = right < length && this.#sequence(right) < this.#sequence(below);
      const lower = isRightLower ? right : below;
      if (this.#sequence(lower) >= entry.sequence) break;
      this.#entries[at] = this.#entries[lower] as Entry;
      at = lower;
    }
    this.#entries[at] = entry;
  }

  #sequence(at: number): number {
    return (this.#entries[at] as Entry).sequence;
  }
}
