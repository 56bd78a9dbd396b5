import { AsyncResource } from 'node:async_hooks';
import {
  type Deadline,
  type Deadlines,
  type Delivery,
  failureCount,
  publishedTo,
  type VerifiedSender,
} from '../amqp/index.js';
import { ClosedError, TakenBackError, TimeoutError } from '../errors.js';
import { attemptHeader, remainingMs } from '../rpc/index.js';

/** What all contexts of a component have in common. */
export interface DeliveryContextHost {
  readonly deadlines: Deadlines;
  /** Aborted when the component closes without waiting for its handlers. */
  readonly closing: AbortSignal;
}

/** What a handler may know of its message, beside the content: always its last argument. */
export class DeliveryContext {
  readonly #delivery: Delivery;
  readonly #host: DeliveryContextHost;
  #abort: AbortController | undefined;
  #timer: Deadline | undefined;
  #onClosing: (() => void) | undefined;
  #end: ((reason: unknown) => void) | undefined;
  #stopped: Error | undefined;

  /** @internal */
  constructor(host: DeliveryContextHost, delivery: Delivery) {
    this.#delivery = delivery;
    this.#host = host;
  }

  /** The queue it came from. */
  get queue(): string {
    return this.#delivery.queue;
  }

  /** The exchange that it was published to, `''` for the default one; the same when it is tried again. */
  get exchange(): string {
    return publishedTo(this.#delivery).exchange;
  }

  /** The routing key that it was published with; the same when it is tried again. */
  get routingKey(): string {
    return publishedTo(this.#delivery).routingKey;
  }

  /** The `message_id`; the same when a call is sent again. Undefined where the sender gives none, as Python's do. */
  get messageId(): string | undefined {
    return this.#delivery.properties.messageId as string | undefined;
  }

  /** The `correlation_id`; undefined where the sender gives none. */
  get correlationId(): string | undefined {
    return this.#delivery.properties.correlationId as string | undefined;
  }

  /** The headers, `{}` where there are none. What is in them comes from the sender: check it before you trust it. */
  get headers(): Readonly<Record<string, unknown>> {
    return this.#delivery.properties.headers ?? {};
  }

  /**
   * Who has sent it, as its signature shows: by which key, and the name that this key may speak for. Undefined where nobody has looked
   * (`identity: { verify }`), or it is not trusted. It says who, not what they may do.
   */
  get identity(): VerifiedSender | undefined {
    return this.#delivery.identity;
  }

  /**
   * The user of the broker that has sent it, where the sender says that (`identity: { userId: true }`): the broker takes it from that user
   * only. Undefined where it does not; and after a failure where the component has no key.
   */
  get userId(): string | undefined {
    return (this.#delivery.properties.userId as string | undefined) ?? this.#delivery.identity?.userId;
  }

  /** The `content_encoding`, for example `gzip`; undefined where the sender names none. */
  get contentEncoding(): string | undefined {
    return this.#delivery.properties.contentEncoding as string | undefined;
  }

  /**
   * True when the broker has delivered it before, to somebody who did not settle it; on RabbitMQ 4.3 also in the queue to
   * which it was dead-lettered.
   */
  get redelivered(): boolean {
    return this.#delivery.redelivered;
  }

  /**
   * How often it came back to its queue without having been settled: its process died, or its channel was closed, and before
   * RabbitMQ 4.3 also when it was given back unbegun. Only quorum queues count; elsewhere it is 0.
   */
  get deliveryCount(): number {
    return this.#delivery.deliveryCount;
  }

  /**
   * Which run this is, from 1: of a message that has failed before (`static retry`) one more for each failure, of a call
   * which attempt of its caller, and one more for each time that it came back unsettled ({@link deliveryCount}). What a peer
   * tells that is no such number counts as 1.
   */
  get attempt(): number {
    const told: unknown = this.headers[attemptHeader];
    const run = failureCount(this.#delivery) + 1 + this.deliveryCount;
    return Number.isSafeInteger(told) ? Math.max(run, told as number) : run;
  }

  /** When the caller gives up, in milliseconds since 1970 by this machine's clock; undefined where nobody waits. */
  get deadline(): number | undefined {
    const { remainingMs } = this;
    return remainingMs === undefined ? undefined : Math.round(Date.now() + remainingMs);
  }

  /**
   * How long the caller still waits, in milliseconds: what it had when it called, less the time that the call has waited for this handler
   * and run. The clocks of the two machines do not matter. Undefined where nobody waits; not above 0 where nobody does any more.
   */
  get remainingMs(): number | undefined {
    return remainingMs(this.#delivery);
  }

  /**
   * Aborted when the deadline has passed, when the caller has given the call up (`CancelledError`) or is gone (`CallerGoneError`), when
   * the component was closed before the handler was done, or when the broker has
   * taken the message back because that took too long (`TakenBackError`), and when `handlerTimeoutMs` is over (`HandlerTimeoutError`).
   */
  get signal(): AbortSignal {
    this.#abort ??= this.#newAbort();
    return this.#abort.signal;
  }

  /** @internal To be asked after whatever took its time before the handler. @throws ClosedError, HandlerTimeoutError when it must not begin any more */
  assertMayBegin(): void {
    if (this.#stopped) throw this.#stopped;
    if (this.#delivery.isLeft) throw new ClosedError(ended);
  }

  /** @internal The handler is to end: it is told by its signal. */
  stop(reason: Error): void {
    this.#stopped = reason;
    void this.signal;
    this.#end?.(reason);
  }

  /** @internal The handler is done: nobody is told any more. */
  end(): void {
    this.#timer?.cancel();
    if (this.#onClosing) this.#host.closing.removeEventListener('abort', this.#onClosing);
  }

  #newAbort(): AbortController {
    const abort = new AbortController();
    const { closing, deadlines } = this.#host;
    // Whoever listens hears it in the handler's own context, not in that of the timer or the socket.
    const end = AsyncResource.bind((reason: unknown) => abort.abort(reason));
    this.#end = end;
    this.#onClosing = () => end(closing.reason);
    if (closing.aborted) this.#onClosing();
    else closing.addEventListener('abort', this.#onClosing, { once: true });
    this.#delivery.whenTakenBack(() => end(new TakenBackError(takenBack)));
    const { remainingMs } = this;
    if (remainingMs !== undefined) {
      const reason = new TimeoutError('The caller does not wait any more.');
      this.#timer = deadlines.set(Math.max(0, remainingMs), () => end(reason));
    }
    return abort;
  }
}

const ended = 'The component has ended before the handler began; the message goes back to its queue.';

const takenBack =
  "The broker has taken the message back: it was not settled within the broker's consumer_timeout.";
