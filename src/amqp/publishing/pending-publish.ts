import { CancelledError, type WaybillError } from '../../errors.js';
import type { Deadline, Deadlines, Timed } from '../common/deadlines.js';
import { onAbort } from '../common/on-abort.js';
import type { Outgoing, Sending } from '../frames/outgoing.js';

/** What a {@link PendingPublish} needs of its publisher. */
export interface PublishHost {
  /** Told once, when the promise is settled. */
  settled(publish: PendingPublish): void;
  /** Why a message was given up. */
  tooLate(message: Outgoing): WaybillError;
}

/** One publish from the moment it is asked for until its promise is settled, which happens once. */
export class PendingPublish implements Timed {
  readonly message: Outgoing;
  /** The message as it has left the last time. */
  left: Outgoing;
  /** How much speaks for this message being the one that the broker cannot stand. */
  suspicion = 0;
  /** Whether it waits in the outbox to be sent. */
  isWaiting = false;
  /** Whether it goes out once more when its connection was lost before its confirm. */
  isSentAgain = true;
  readonly #resolve: () => void;
  readonly #reject: (error: WaybillError) => void;
  readonly #host: PublishHost;
  #leaving: Sending['leaving'];
  #deadline: Deadline | undefined;
  #unwatch: (() => void) | undefined;
  #settled = false;

  constructor(
    message: Outgoing,
    resolve: () => void,
    reject: (error: WaybillError) => void,
    host: PublishHost,
  ) {
    this.message = message;
    this.left = message;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#host = host;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The message as it leaves now. */
  get outgoing(): Outgoing {
    if (this.#leaving) this.left = this.#leaving(this.message);
    return this.left;
  }

  /** Gives up when the time is over, when the caller's signal says so, or with the connection where it is sent once only. */
  limit({ timeoutMs = 30_000, signal, sendAgain = true, leaving }: Sending, deadlines: Deadlines): void {
    this.isSentAgain = sendAgain;
    this.#leaving = leaving;
    this.#deadline = deadlines.watch(timeoutMs, this);
    if (signal) this.#cancelBy(signal);
  }

  timeOver(): void {
    this.settle(this.#host.tooLate(this.message));
  }

  /** Resolves, or rejects with the error; only the first time. */
  settle(error?: WaybillError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deadline?.cancel();
    this.#unwatch?.();
    if (error) this.#reject(error);
    else this.#resolve();
    this.#host.settled(this);
  }

  #cancelBy(signal: AbortSignal): void {
    const cancel = (): void => {
      this.settle(new CancelledError('The publish was cancelled.', { cause: signal.reason }));
    };
    if (signal.aborted) cancel();
    else this.#unwatch = onAbort(signal, cancel);
  }
}
