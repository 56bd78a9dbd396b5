import {
  type ConsumerArguments,
  type Declaration,
  hasDeadLetterExchange,
  type Lease,
} from '../../amqp/index.js';
import { CancelLine, cancelPatterns } from '../../rpc/index.js';
import {
  consumerArgumentsOf,
  isOfQueue,
  type QueueKey,
  queueDeclarations,
  queueName,
  unique,
} from '../destinations.js';
import type { ExchangeClass } from '../exchange.js';

/** A queue that is to be bound to an exchange. */
export interface Bound {
  readonly exchange: ExchangeClass;
  readonly key: QueueKey;
}

/** The queues that one consumer has declared and bound, and how each is consumed. */
export class BoundQueues implements Iterable<readonly [string, ConsumerArguments]> {
  readonly #lease: Lease;
  readonly #queues = new Map<string, ConsumerArguments>();
  readonly #declared: Declaration[] = [];
  #hearsCancels = false;
  #isOver = false;

  constructor(lease: Lease) {
    this.#lease = lease;
  }

  get names(): readonly string[] {
    return [...this.#queues.keys()];
  }

  [Symbol.iterator](): Iterator<readonly [string, ConsumerArguments]> {
    return this.#queues.entries();
  }

  /** Whether a queue was declared here with a dead-letter exchange. */
  hasDeadLetterExchange(queue: string): boolean {
    return hasDeadLetterExchange(this.#declared, queue);
  }

  /** Declares and binds, now and after each reconnect. @throws ConnectError, TopologyError, ClosedError */
  async declare(bound: readonly Bound[]): Promise<void> {
    const declarations = bound.flatMap(({ exchange, key }) => queueDeclarations(exchange, key));
    if (declarations.length > 0) await this.#lease.wait(this.#declare(unique(declarations)));
    for (const { key } of bound) this.#queues.set(queueName(key[0]), consumerArgumentsOf(key[0]));
    if (this.#hearsCancels) await this.#listen(bound.map(({ key }) => queueName(key[0])));
  }

  /** From now on it is heard of calls to these queues, and to those that are bound later, which their callers have given up. */
  async hearCancels(): Promise<void> {
    this.#hearsCancels = true;
    await this.#listen(this.names);
  }

  /** Takes a binding away; the queue stays. */
  async unbind({ exchange, key }: Bound): Promise<void> {
    const { link } = this.#lease;
    const bindings = queueDeclarations(exchange, key).filter(({ kind }) => kind === 'binding');
    for (const binding of bindings) {
      const known = this.#declared.findIndex((each) => JSON.stringify(each) === JSON.stringify(binding));
      if (known >= 0) link.forget(this.#declared.splice(known, 1));
    }
    const [queue, routingKey, args] = key;
    await link.unbind(exchange.exchangeName, queueName(queue), routingKey, args);
  }

  /** Forgets a queue and its bindings. */
  leave(queue: string): void {
    this.#queues.delete(queue);
    const concerned = this.#declared.filter((each) => isOfQueue(each, queue));
    for (const each of concerned) this.#declared.splice(this.#declared.indexOf(each), 1);
    this.#lease.link.forget(concerned);
  }

  /** Declares nothing any more after a reconnect. At the broker all stays. */
  end(): void {
    this.#isOver = true;
    const declared = this.#declared.splice(0);
    if (declared.length > 0) this.#lease.link.forget(declared);
  }

  async #declare(declarations: readonly Declaration[]): Promise<void> {
    const { link } = this.#lease;
    await link.declare(declarations);
    // The link may live on, with others.
    if (this.#isOver) link.forget(declarations);
    else this.#declared.push(...declarations);
  }

  async #listen(queues: readonly string[]): Promise<void> {
    const patterns = queues.flatMap((queue) => cancelPatterns(queue, this.#declared));
    await this.#lease.wait(CancelLine.of(this.#lease.link).listen(patterns));
  }
}
