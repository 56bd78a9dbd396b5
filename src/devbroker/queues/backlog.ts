import type { Timer } from '../common/clock.js';
import { isPersistent, type Message, weightOf } from '../common/message.js';
import { type PriorityOf, priorityRule, turnsOf } from './priority-rule.js';
import type { DeathReason } from './queue.js';
import type { QueueLimits } from './queue-arguments.js';
import type { QueueHost } from './queue-host.js';
import { type Entry, ReadyList } from './ready-list.js';

/** Is told of a message that leaves the backlog by dying. */
export type OnDeath = (entry: Entry, reason: DeathReason) => void;

/** The messages of a queue that wait: how many there may be, and for how long. */
export class Backlog {
  readonly #limits: QueueLimits;
  readonly #host: QueueHost;
  readonly #onDeath: OnDeath;
  readonly #ready: ReadyList;
  readonly #priorityOf: PriorityOf;
  #bytes = 0;
  #sequence = 0;
  #timer: Timer | undefined;

  constructor(limits: QueueLimits, host: QueueHost, onDeath: OnDeath) {
    this.#limits = limits;
    this.#ready = new ReadyList(turnsOf(limits, host.profile));
    this.#priorityOf = priorityRule(limits, host.profile);
    this.#host = host;
    this.#onDeath = onDeath;
  }

  get length(): number {
    return this.#ready.length;
  }

  /** The messages in the order they would leave. */
  get messages(): readonly Message[] {
    return [...this.#ready].map((entry) => entry.message);
  }

  /** Whether one message more would be too many. */
  wouldOverflow(message: Message): boolean {
    return this.#overflows(this.#ready.length + 1, this.#bytes + message.body.length);
  }

  /** Takes a new message in. */
  enter(message: Message): Entry {
    const priority = this.#priorityOf(message);
    this.#host.heldBytes(weightOf(message));
    this.#sequence += 1;
    const expiresAt = this.#expiryOf(message);
    const fresh = { redelivered: false, acquisitions: 0, returns: 0 };
    const entry = { message, sequence: this.#sequence, priority, expiresAt, ...fresh };
    this.put(entry);
    return entry;
  }

  /** Puts an entry where it belongs. */
  put(entry: Entry): void {
    this.#ready.insert(entry);
    this.#bytes += entry.message.body.length;
  }

  /** Takes the next entry out. */
  shift(): Entry | undefined {
    const entry = this.#ready.shift();
    if (entry) this.#bytes -= entry.message.body.length;
    return entry;
  }

  /** Drops everything and says how many there were. */
  purge(): number {
    const count = this.#ready.length;
    for (const entry of this.#ready) this.#host.heldBytes(-weightOf(entry.message));
    this.#ready.clear();
    this.#bytes = 0;
    this.#timer?.cancel();
    return count;
  }

  /** Drops what a restart of the broker would lose. */
  dropTransient(): void {
    const kept = [...this.#ready].filter((entry) => isPersistent(entry.message));
    this.purge();
    for (const entry of kept) {
      this.put(entry);
      this.#host.heldBytes(weightOf(entry.message));
    }
  }

  /** Drops what is too much from the head, unless the queue refuses new messages instead; says whether it did. */
  dropOverflow(): boolean {
    if (this.#limits.overflow !== 'drop-head') return false;
    const before = this.#ready.length;
    while (this.#ready.length > 0 && this.#overflows(this.#ready.length, this.#bytes)) {
      this.#onDeath(this.shift() as Entry, 'maxlen');
    }
    return this.#ready.length < before;
  }

  /** Drops what has expired, as far as the first that has not: RabbitMQ looks at the head only. */
  dropExpired(): void {
    const now = this.#host.clock.now();
    for (let head = this.#ready.peek(); head?.expiresAt !== undefined; head = this.#ready.peek()) {
      if (head.expiresAt > now) return;
      this.shift();
      this.#onDeath(head, 'expired');
    }
  }

  /** Calls `onDue` when the head expires. */
  watch(onDue: () => void): void {
    this.#timer?.cancel();
    const at = this.#ready.peek()?.expiresAt;
    if (at === undefined) return;
    this.#timer = this.#host.clock.after(at - this.#host.clock.now(), onDue);
  }

  #expiryOf({ properties }: Message): number | undefined {
    const { expiration } = properties;
    const own = expiration === undefined ? Number.POSITIVE_INFINITY : Number(expiration);
    const ttl = Math.min(own, this.#limits.messageTtlMs ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(ttl) ? this.#host.clock.now() + ttl : undefined;
  }

  #overflows(count: number, bytes: number): boolean {
    const { maxLength, maxLengthBytes } = this.#limits;
    if (maxLength !== undefined && count > maxLength) return true;
    return maxLengthBytes !== undefined && bytes > maxLengthBytes;
  }
}
