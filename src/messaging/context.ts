import type { Deadline, Deadlines, Delivery } from '../amqp/index.js';
import { TimeoutError } from '../errors.js';
import { attemptHeader } from '../rpc/index.js';
import type { ReceivedBody } from '../wire/index.js';
import type { Component } from './component.js';

/** @internal What all contexts of a processor have in common. */
export interface ContextHost {
  readonly processor: Component;
  readonly deadlines: Deadlines;
  /** Aborted when the processor closes without waiting for its handlers. */
  readonly closing: AbortSignal;
}

/** What a handler may know of its message, beside the content: always its last argument. */
export class HandlerContext {
  /** The processor that the message came to. */
  readonly processor: Component;
  /** The whole body; a copy of its own for each handler. */
  readonly body: ReceivedBody;
  readonly #delivery: Delivery;
  readonly #host: ContextHost;
  readonly #receivedAt = Date.now();
  #abort: AbortController | undefined;
  #timer: Deadline | undefined;
  #onClosing: (() => void) | undefined;

  /** @internal */
  constructor(host: ContextHost, body: ReceivedBody, delivery: Delivery) {
    this.processor = host.processor;
    this.body = body;
    this.#delivery = delivery;
    this.#host = host;
  }

  /** Who sent it. */
  get fingerprint(): ReceivedBody['fingerprint'] {
    return this.body.fingerprint;
  }

  /** The queue it came from. */
  get queue(): string {
    return this.#delivery.queue;
  }

  /** The `message_id`; the same when a call is sent again. Undefined where the sender gives none (Python's Postage). */
  get messageId(): string | undefined {
    return this.#delivery.properties.messageId as string | undefined;
  }

  /** True when the broker has delivered it before, to somebody who did not settle it. */
  get redelivered(): boolean {
    return this.#delivery.redelivered;
  }

  /** Which attempt of a call this is, from 1; what is no such number counts as 1. */
  get attempt(): number {
    const told: unknown = this.#delivery.properties.headers?.[attemptHeader];
    return Number.isSafeInteger(told) ? Math.max(1, told as number) : 1;
  }

  /** When the caller gives up, in milliseconds since 1970 by this machine's clock; undefined where nobody waits. */
  get deadline(): number | undefined {
    const remaining = this.#remainingMs();
    return remaining === undefined ? undefined : this.#receivedAt + remaining;
  }

  /** Aborted when the deadline has passed, or when the processor was closed before the handler was done. */
  get signal(): AbortSignal {
    this.#abort ??= this.#newAbort();
    return this.#abort.signal;
  }

  /** @internal The handler is done: nobody is told any more. */
  end(): void {
    this.#timer?.cancel();
    if (this.#onClosing) this.#host.closing.removeEventListener('abort', this.#onClosing);
  }

  #newAbort(): AbortController {
    const abort = new AbortController();
    const { closing, deadlines } = this.#host;
    this.#onClosing = () => abort.abort(closing.reason);
    if (closing.aborted) this.#onClosing();
    else closing.addEventListener('abort', this.#onClosing, { once: true });
    const remaining = this.#remainingMs();
    if (remaining !== undefined) {
      const reason = new TimeoutError('The caller does not wait any more.');
      this.#timer = deadlines.set(Math.max(0, remaining), () => abort.abort(reason));
    }
    return abort;
  }

  /** The caller's whole patience, all attempts together; else how long the message may live. */
  #remainingMs(): number | undefined {
    const told = this.body._reserved['deadlineMs'] ?? this.#delivery.properties.expiration;
    const remaining = Number(told);
    return told === undefined || !Number.isFinite(remaining) ? undefined : remaining;
  }
}
