import { ConnectionLostError } from '../errors.js';
import type { Consumer } from './consumer.js';
import type { ConsumeOptions, ConsumerOptions, DrainReport } from './consumer-options.js';
import { hasDeadLetterExchange } from './dead-letters.js';
import type { Declaration } from './declaration.js';
import type { Delivery } from './delivery.js';
import type { DeliveryContextHost } from './delivery-context.js';
import type { LinkHealth } from './health.js';
import { Link, type LinkOptions } from './link.js';

/** How an {@link Intake} takes from one queue. */
export interface IntakeOptions
  extends Pick<ConsumerOptions, 'prefetch' | 'concurrency' | 'giveUp'>,
    ConsumeOptions {
  /** What must exist: the queue itself, and what it needs. */
  readonly declarations: readonly Declaration[];
}

/** The queues that one component consumes, each on a channel of its own: declared, taken from, and given back together. */
export class Intake implements DeliveryContextHost {
  readonly link: Link;
  readonly #closing = new AbortController();
  readonly #consumers = new Set<Consumer>();
  readonly #declared: Declaration[] = [];
  #drained: Promise<DrainReport> | undefined;

  /** Connects nothing yet. */
  constructor(options: LinkOptions) {
    this.link = Link.acquire(options);
  }

  get deadlines(): Link['deadlines'] {
    return this.link.deadlines;
  }

  /** Aborted when it was closed before all that it had begun was done. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Declares, and takes from a queue; each delivery goes to `handle`, which must settle it and must not throw.
   * @throws ConnectError, TopologyError
   */
  async open(
    queue: string,
    { declarations, ...options }: IntakeOptions,
    handle: (delivery: Delivery) => void | Promise<void>,
  ): Promise<void> {
    await this.link.openConsuming();
    if (declarations.length > 0) await this.link.declare(declarations);
    this.#declared.push(...declarations);
    const consumer = await this.link.openConsumer(handle, options);
    this.#consumers.add(consumer);
    await consumer.consume(queue, options);
  }

  /** Whether a queue was declared here with a dead-letter exchange. */
  hasDeadLetterExchange(queue: string): boolean {
    return hasDeadLetterExchange(this.#declared, queue);
  }

  /** How the link is, and the queues that are consumed here. See {@link Link.health}. */
  async health(): Promise<LinkHealth> {
    return await this.link.health({ consumers: this.#consumers });
  }

  /** Takes no more messages; what nobody has begun goes back to its queue. What runs may still be settled. */
  async stop(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
  }

  /** Stops, waits up to `timeoutMs` for what runs, settles it and closes. Never throws. Idempotent. */
  drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<DrainReport> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<DrainReport> {
    const reports = await Promise.all([...this.#consumers].map((consumer) => consumer.drain({ timeoutMs })));
    this.#closing.abort(new ConnectionLostError('It was closed before the handler was done.'));
    this.link.forget(this.#declared.splice(0));
    const unfinished = reports.reduce((sum, report) => sum + report.unfinished, 0);
    // What is not finished by now has had all the time there is.
    await this.link.close(unfinished > 0 ? { timeoutMs: 0 } : {});
    return { unfinished };
  }
}
