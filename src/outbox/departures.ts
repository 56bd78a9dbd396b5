import type { Dispatch } from '../component/index.js';
import { dueOf } from '../delaying/index.js';
import { isWaybillError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import { type Departure, type KeptMessage, keptMessage, type WaitingMessage } from '../once/index.js';

/** How long the broker may take to confirm one. */
const confirmMs = 20_000;
const firstRestMs = 1_000;
const longestRestMs = 60_000;

/** How long after its time a message may be tried again. */
const graceMs = 2_000;

/** That the broker is away is no fault of the message that waits for it. */
const away = ['PUBLISH_TIMEOUT', 'CONNECTION_LOST', 'CANCELLED', 'CLOSED'] as const;

/** Sends what waits in an outbox, and says of each message what became of it. */
export class Departures {
  readonly #dispatch: Dispatch;
  readonly #owner: string;
  readonly #logger: Logger;
  readonly #closing: AbortSignal;
  /** Until when each of those that have failed is to be tried again. */
  #failed: readonly number[] = [];

  constructor(dispatch: Dispatch, owner: string, logger: Logger, closing: AbortSignal) {
    this.#dispatch = dispatch;
    this.#owner = owner;
    this.#logger = logger;
    this.#closing = closing;
  }

  /** How many could not be sent when it was tried last. n.b. those of other processes are told by these. */
  get failing(): number {
    const now = performance.now();
    this.#failed = this.#failed.filter((until) => until > now);
    return this.#failed.length;
  }

  /** Sends them, in their order. Never throws. */
  async send(messages: readonly WaitingMessage[]): Promise<readonly Departure[]> {
    const departures = await Promise.all(messages.map((message) => this.#send(message)));
    return departures;
  }

  async #send({ bytes, failures }: WaitingMessage): Promise<Departure> {
    try {
      await this.#publish(keptMessage(bytes));
      return 'left';
    } catch (thrown) {
      const error = toError(thrown).message;
      if (away.some((code) => isWaybillError(thrown, code))) return { error, againInMs: firstRestMs };
      const againInMs = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(failures, 10));
      if (/^10*$/.test(String(failures + 1))) this.#warn(error, failures + 1, againInMs);
      this.#failed = [...this.#failed, performance.now() + againInMs + graceMs];
      return { error, againInMs };
    }
  }

  async #publish({ name, dueAt, ...message }: KeptMessage): Promise<void> {
    const due = dueAt === undefined ? undefined : dueOf(this.#owner, { at: new Date(dueAt) });
    await this.#dispatch.publish(name, [message], { timeoutMs: confirmMs, signal: this.#closing }, due);
  }

  #warn(error: string, failures: number, againInMs: number): void {
    const many = failures === 1 ? '' : ` (number ${failures})`;
    this.#logger.warn(
      `${this.#owner}: a message could not be sent${many}; it is tried again in ${againInMs} ms: ${error}`,
    );
  }
}
