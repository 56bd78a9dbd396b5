import {
  changeProperties,
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
  TimeoutError,
  toError,
  type WaybillError,
} from '../errors.js';
import { failedCall, failedResult, type Result } from '../wire/index.js';
import {
  assertCallOptions,
  attemptHeader,
  type CallOptions,
  type CallRequest,
  readReply,
} from './request.js';

/** What a {@link PendingCall} needs from whoever made it. */
export interface CallHost {
  readonly publisher: Publisher;
  readonly deadlines: Deadlines;
  /** Whether there is a connection to send on. */
  connected(): boolean;
  /** An attempt could not be delivered; the call goes on. */
  undelivered(request: CallRequest, why: WaybillError): void;
}

/**
 * One call on its way: sent, sent again, and settled exactly once, with an answer or with the true reason why there is
 * none. It knows nothing of how replies find it.
 */
export class PendingCall {
  readonly id: string;
  readonly #request: CallRequest;
  readonly #replyTo: string;
  readonly #options: CallOptions;
  readonly #host: CallHost;
  readonly #settle: (result: Result) => void;
  #unwatch: (() => void) | undefined;
  #attempt = 0;
  #deadline: Deadline | undefined;
  #failure: WaybillError | undefined;
  #confirmed = false;
  #wasInterrupted = false;
  #settled = false;

  constructor(
    id: string,
    request: CallRequest,
    replyTo: string,
    options: CallOptions,
    host: CallHost,
    settle: (result: Result) => void,
  ) {
    this.id = id;
    this.#request = request;
    this.#replyTo = replyTo;
    this.#options = options;
    this.#host = host;
    this.#settle = settle;
  }

  /** Sends the first attempt. */
  start(): void {
    try {
      assertCallOptions(this.#request, this.#options);
    } catch (thrown) {
      this.answer(failedCall(thrown));
    }
    const { signal } = this.#options;
    if (signal && !this.#settled) this.#cancelBy(signal);
    if (!this.#settled) this.#try();
  }

  /** A reply has come. */
  replied(reply: Received): void {
    if (!this.#settled) this.answer(readReply(reply, this.#request));
  }

  /** The answer is here; a second one changes nothing. */
  answer(result: Result): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deadline?.cancel();
    this.#unwatch?.();
    this.#settle(result);
  }

  /** Ends the call without an answer. */
  fail(reason: WaybillError): void {
    this.answer(failedResult(reason));
  }

  /**
   * Its channel is gone, and the address for direct replies with it. One that had been confirmed may be answered in vain now, so
   * this attempt is over; one that had not is told of by the publisher.
   */
  lost(): void {
    if (this.#confirmed && !this.#settled) this.#interrupted();
  }

  #cancelBy(signal: AbortSignal): void {
    const cancel = (): void => {
      const text = `The call '${this.#request.name}' was cancelled.`;
      this.fail(new CancelledError(text, { cause: signal.reason }));
    };
    if (signal.aborted) cancel();
    else this.#unwatch = onAbort(signal, cancel);
  }

  #try(): void {
    this.#attempt++;
    this.#failure = undefined;
    this.#deadline = this.#host.deadlines.watch(this.#options.timeoutMs, this);
    this.#publish();
  }

  #publish(): void {
    this.#confirmed = false;
    const { exchange, routingKey, content, properties } = this.#request;
    const addressed = changeProperties(properties, {
      messageId: this.id,
      correlationId: this.id,
      replyTo: this.#replyTo,
      expiration: expirationAfter(this.#options.timeoutMs),
      headers: this.#attempt > 1 ? { ...properties.headers, [attemptHeader]: this.#attempt } : undefined,
    });
    const message = { exchange, routingKey, content, mandatory: true, properties: addressed };
    const attempt = this.#attempt;
    this.#host.publisher.publish(message, { timeoutMs: this.#options.timeoutMs, sendAgain: false }).then(
      () => {
        if (attempt === this.#attempt) this.#confirmed = true;
      },
      (thrown) => {
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
    else this.#host.undelivered(this.#request, failure);
  }

  /** Ends an attempt that was not answered in time. */
  timeOver(): void {
    if (this.#isLastAttempt()) this.fail(this.#failure ?? this.#silence());
    else this.#try();
  }

  /** A queue of its own is made again under the same name: there an answer may still come, to what the broker has taken. */
  #interrupted(): void {
    const mayBeAnswered = this.#confirmed && this.#replyTo !== directReplyTo;
    this.#wasInterrupted = true;
    if (!this.#isLastAttempt()) {
      this.#deadline?.cancel();
      this.#try();
    } else if (!mayBeAnswered) this.fail(this.#lostAnswer());
  }

  #lostAnswer(): WaybillError {
    const { maxRetry } = this.#options;
    const times = this.#attempt === 1 ? 'once' : `${this.#attempt} times`;
    return new ConnectionLostError(
      `The connection was lost while the call '${this.#request.name}' waited for its answer, which cannot come any more. It was sent ` +
        `${times} and is not sent again (maxRetry ${maxRetry}). It may have run.`,
    );
  }

  #isLastAttempt(): boolean {
    return this.#attempt > this.#options.maxRetry;
  }

  #silence(): WaybillError {
    const { name } = this.#request;
    const waited = `${this.#attempt} ${this.#attempt === 1 ? 'attempt' : 'attempts'} of ${this.#options.timeoutMs} ms`;
    if (!this.#host.connected()) {
      return new ConnectionLostError(
        `The connection was lost and not back in time for the call '${name}' (${waited}).`,
      );
    }
    const cut = this.#wasInterrupted ? ' The connection was lost meanwhile, and maybe its answer.' : '';
    return new TimeoutError(
      `No answer to the call '${name}' in ${waited}.${cut} It may still have run; is its server up, or slow?`,
    );
  }
}

/** The longest time that RabbitMQ lets a message live (docs, TTL: 32 bits). */
const longestExpirationMs = 2 ** 32 - 1;

/** A request that nobody took in time must never run. RabbitMQ takes whole milliseconds only. */
function expirationAfter(timeoutMs: number): string | undefined {
  const expiration = Math.max(1, Math.ceil(timeoutMs));
  return expiration > longestExpirationMs ? undefined : String(expiration);
}
