import { CancelledError, type WaybillError } from '../errors.js';
import type { Deadline, Deadlines } from './deadlines.js';
import type { Outgoing, PublishOptions } from './outgoing.js';

/** One publish from the moment it is asked for until its promise is settled, which happens once. */
export class PendingPublish {
  readonly message: Outgoing;
  /** How much speaks for this message being the one that the broker cannot stand. */
  strikes = 0;
  readonly #resolve: () => void;
  readonly #reject: (error: WaybillError) => void;
  readonly #onSettled: (publish: PendingPublish) => void;
  #deadline: Deadline | undefined;
  #unwatch: (() => void) | undefined;
  #settled = false;

  constructor(
    message: Outgoing,
    resolve: () => void,
    reject: (error: WaybillError) => void,
    onSettled: (publish: PendingPublish) => void,
  ) {
    this.message = message;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onSettled = onSettled;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Gives up when the time is over, or when the caller's signal says so. */
  limit(
    { timeoutMs = 30_000, signal }: PublishOptions,
    deadlines: Deadlines,
    tooLate: () => WaybillError,
  ): void {
    this.#deadline = deadlines.set(timeoutMs, () => this.settle(tooLate()));
    if (!signal) return;
    const cancel = (): void => {
      this.settle(new CancelledError('The publish was cancelled.', { cause: signal.reason }));
    };
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    this.#unwatch = () => signal.removeEventListener('abort', cancel);
  }

  /** Resolves, or rejects with the error; only the first time. */
  settle(error?: WaybillError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deadline?.cancel();
    this.#unwatch?.();
    if (error) this.#reject(error);
    else this.#resolve();
    this.#onSettled(this);
  }
}
