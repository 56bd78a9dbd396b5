import {
  type Deadline,
  type Deadlines,
  directReplyTo,
  onAbort,
  type Publisher,
  type Received,
} from '../amqp/index.js';
import {
  CancelledError,
  ConnectionLostError,
  isWaybillError,
  toError,
  type WaybillError,
} from '../errors.js';
import { failedCall, failedResult, type Result } from '../wire/index.js';
import { attemptOf, type ReplyAddress } from './attempt.js';
import { type CallProgress, lostAnswer, noAnswer } from './call-errors.js';
import { type RunningAt, readRunning, runningType } from './call-note.js';
import { assertCallOptions, type CallOptions, restMs } from './call-options.js';
import { type CallRequest, readReply } from './request.js';

/** What a {@link PendingCall} needs from whoever made it. */
export interface CallHost {
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  /** Whether there is a connection to send on. */
  connected(): boolean;
  /** An attempt could not be delivered; the call goes on. */
  undelivered(request: CallRequest, why: WaybillError): void;
  /** Whoever runs it is asked to say so. */
  ask(address: CallAddress, request: CallRequest, forMs: number): void;
  /** The caller has given it up, and whoever has it should know. */
  cancelled(id: string, request: CallRequest, cancel: Cancel): void;
}

/** Why a call is not wanted any more, and for how long it would have been. */
export interface Cancel {
  readonly reason: unknown;
  readonly remainingMs: number;
}

/** How a {@link PendingCall} is found by its answers, and what it ends with. */
export interface CallAddress extends ReplyAddress {
  settle(result: Result): void;
}

/**
 * One call on its way: sent, sent again, and settled exactly once, with an answer or with the true reason why there is
 * none. It knows nothing of how replies find it.
 */
export class PendingCall {
  readonly id: string;
  readonly #request: CallRequest;
  readonly #address: CallAddress;
  readonly #options: CallOptions;
  readonly #host: CallHost;
  #unwatch: (() => void)[] | undefined;
  #endsAt = 0;
  #attempt = 0;
  #deadline: Deadline | undefined;
  /** How long before the end of its time it asks who runs it; 0 when it has asked. */
  #askMs = 0;
  #server: RunningAt | undefined;
  #failure: WaybillError | undefined;
  #confirmed = false;
  #wasInterrupted = false;
  #settled = false;

  constructor(address: CallAddress, request: CallRequest, options: CallOptions, host: CallHost) {
    this.id = address.id;
    this.#request = request;
    this.#address = address;
    this.#options = options;
    this.#host = host;
  }

  /** Sends the first attempt. */
  start(): void {
    try {
      assertCallOptions(this.#request, this.#options);
    } catch (thrown) {
      this.answer(failedCall(thrown));
      return;
    }
    this.#endsAt = performance.now() + this.#options.timeoutMs;
    this.#watchCancels(this.#options);
    if (!this.#settled) this.#try(this.#options.timeoutMs);
  }

  /** A reply has come. */
  replied(reply: Received): void {
    if (this.#settled) return;
    if (reply.properties.type === runningType) this.#server = readRunning(reply.content);
    else this.answer(readReply(reply, this.#request));
  }

  /** The answer is here; a second one changes nothing, and neither does undefined, a part of one. */
  answer(result: Result | undefined): void {
    if (this.#settled || !result) return;
    this.#settled = true;
    this.#deadline?.cancel();
    for (const unwatch of this.#unwatch ?? []) unwatch();
    this.#address.settle(result);
  }

  /** Ends the call without an answer. */
  fail(reason: WaybillError): void {
    this.answer(failedResult(reason));
  }

  /** Ends the call, and has whoever runs it told, if it has left. */
  cancel(end: WaybillError, reason: unknown): void {
    if (this.#settled) return;
    this.fail(end);
    const remainingMs = this.#endsAt - performance.now();
    if (this.#attempt > 0 && remainingMs > 0)
      this.#host.cancelled(this.id, this.#request, { reason, remainingMs });
  }

  /**
   * Its channel is gone, and the address for direct replies with it. One that had been confirmed may be answered in vain now, so
   * this attempt is over; one that had not is told of by the publisher.
   */
  lost(): void {
    if (this.#confirmed && !this.#settled) this.#interrupted();
  }

  #watchCancels({ signal, scope, cancellation }: CallOptions): void {
    const cancel = (reason: unknown): void => {
      const text = `The call '${this.#request.name}' was cancelled.`;
      this.cancel(new CancelledError(text, { cause: reason }), reason);
    };
    cancellation?.onCancel(cancel);
    for (const each of [signal, scope]) {
      if (each?.aborted) cancel(each.reason);
      else if (each) this.#unwatch = [...(this.#unwatch ?? []), onAbort(each, () => cancel(each.reason))];
    }
  }

  /** Sends it once more. The last attempt waits as long as the call may. */
  #try(remainingMs: number): void {
    this.#attempt++;
    this.#failure = undefined;
    const { attemptTimeoutMs = Infinity } = this.#options;
    const waitMs = Math.ceil(this.#isLastAttempt() ? remainingMs : Math.min(attemptTimeoutMs, remainingMs));
    this.#askMs = askBefore(waitMs);
    this.#deadline = this.#host.deadlines.watch(waitMs - this.#askMs, this);
    this.#publish(waitMs, remainingMs);
  }

  #publish(waitMs: number, remainingMs: number): void {
    this.#confirmed = false;
    const attempt = this.#attempt;
    const made = attemptOf(this.#request, this.#address, { attempt, waitMs, remainingMs });
    const watched = this.#request.watch?.(made, attempt);
    const options = { timeoutMs: waitMs, sendAgain: false, leaving: this.#request.leaving };
    this.#host.publisher.publish(watched?.message ?? made, options).then(
      () => {
        watched?.end();
        if (attempt === this.#attempt) this.#confirmed = true;
      },
      (thrown) => {
        watched?.end(thrown);
        if (attempt === this.#attempt) this.#publishFailed(thrown);
      },
    );
  }

  #publishFailed(thrown: unknown): void {
    if (this.#settled || isWaybillError(thrown, 'PUBLISH_TIMEOUT')) return;
    if (isWaybillError(thrown, 'CONNECTION_LOST')) {
      this.#interrupted();
      return;
    }
    const failure = isWaybillError(thrown)
      ? thrown
      : new ConnectionLostError(toError(thrown).message, { cause: thrown });
    this.#failure = failure;
    // What can never be sent ends now. An unroutable request gets its other attempts: the server may be starting.
    const hopeless = failure.code === 'CONFIGURATION' || failure.code === 'CLOSED';
    if (hopeless || this.#isLastAttempt()) this.fail(failure);
    else this.#rest(failure);
  }

  /** It is known that nobody has it: so it is sent again, but not at once. */
  #rest(failure: WaybillError): void {
    this.#host.undelivered(this.#request, failure);
    this.#deadline?.cancel();
    this.#askMs = 0;
    const waitMs = Math.min(restMs(this.#options), this.#endsAt - performance.now());
    this.#deadline = this.#host.deadlines.watch(Math.ceil(waitMs), this);
  }

  /** Ends an attempt that was not answered in time. */
  timeOver(): void {
    if (this.#askMs > 0) {
      this.#ask();
      return;
    }
    const remainingMs = this.#endsAt - performance.now();
    if (this.#isLastAttempt() || remainingMs < 1) this.fail(this.#failure ?? noAnswer(this.#progress()));
    else this.#try(remainingMs);
  }

  /** Its time is nearly over: so the error will say what there is to say. */
  #ask(): void {
    const forMs = this.#askMs;
    this.#askMs = 0;
    this.#deadline = this.#host.deadlines.watch(forMs, this);
    if (this.#confirmed) this.#host.ask(this.#address, this.#request, forMs);
  }

  /** A queue of its own is made again under the same name: there an answer may still come, to what the broker has taken. */
  #interrupted(): void {
    const mayBeAnswered = this.#confirmed && this.#address.replyTo !== directReplyTo;
    this.#wasInterrupted = true;
    const remainingMs = this.#endsAt - performance.now();
    if (!this.#isLastAttempt() && remainingMs > 0) {
      this.#deadline?.cancel();
      this.#try(remainingMs);
    } else if (!mayBeAnswered) this.fail(lostAnswer(this.#progress()));
  }

  #isLastAttempt(): boolean {
    return this.#attempt > this.#options.maxRetry;
  }

  #progress(): CallProgress {
    return {
      name: this.#request.name,
      options: this.#options,
      attempts: this.#attempt,
      isConnected: this.#host.connected(),
      isConfirmed: this.#confirmed,
      wasInterrupted: this.#wasInterrupted,
      server: this.#server,
    };
  }
}

/** Shorter waits are over before anybody would be wondering. */
const shortestWonderedMs = 500;

/** How long before the end of a wait it is asked who runs the call. */
function askBefore(waitMs: number): number {
  return waitMs < shortestWonderedMs || waitMs === Infinity ? 0 : Math.ceil(Math.min(500, waitMs / 5));
}
