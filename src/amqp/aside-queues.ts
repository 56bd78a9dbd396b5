import type { Link } from './link.js';
import type { Arguments, Declaration } from './topology.js';

type QueueDeclaration = Declaration & { readonly kind: 'queue' };

/**
 * How long a declaration is believed. RabbitMQ removes an expiring queue together with its messages when nobody has
 * declared, got or consumed for long; publishing to it does not count (RabbitMQ docs, Time-To-Live, Queue TTL).
 */
const believedMs = 60_000;

/** How long a retry queue lives on after everything in it has gone home. */
const lingerMs = 600_000;

/**
 * The queues beside a queue, in which messages that failed rest or are kept. They are as safe as the queue itself: beside
 * a quorum queue they are quorum queues, too.
 */
export class AsideQueues {
  readonly #link: Link;
  readonly #declared = new Map<string, { readonly at: number; readonly done: Promise<string> }>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** Where a message rests: when its time is over the broker dead-letters it to the queue it came from. @throws TopologyError */
  async forRetry(queue: string, delayMs: number): Promise<string> {
    return await this.#declare(`${queue}.retry.${delayMs}`, {
      'x-message-ttl': delayMs,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': queue,
      // Removed when nobody has used it for long: a policy that is changed leaves nothing behind.
      'x-expires': delayMs * 2 + lingerMs,
      // Quorum queues alone can wait for the confirm of the queue they dead-letter to, and only if they never drop.
      ...(this.#isQuorum(queue) && {
        ...quorum,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      }),
    });
  }

  /** Where a message is kept until a person decides. @throws TopologyError */
  async forParking(queue: string): Promise<string> {
    return await this.#declare(`${queue}.failed`, this.#isQuorum(queue) ? quorum : undefined);
  }

  /** The broker says that a queue is gone: the next time it is declared again. */
  forget(name: string): void {
    this.#declared.delete(name);
  }

  #declare(name: string, args: Arguments | undefined): Promise<string> {
    const at = performance.now();
    const known = this.#declared.get(name);
    if (known && at - known.at < believedMs) return known.done;
    const done = this.#link.declare([durableQueue(name, args)]).then(() => name);
    this.#declared.set(name, { at, done });
    done.catch(() => this.#declared.delete(name));
    return done;
  }

  #isQuorum(queue: string): boolean {
    return this.#link.argumentsOf(queue)['x-queue-type'] === 'quorum';
  }
}

const quorum: Arguments = { 'x-queue-type': 'quorum' };

function durableQueue(name: string, args: Arguments | undefined): QueueDeclaration {
  const options = { durable: true, ...(args && { arguments: args }) };
  return { kind: 'queue', name, passive: false, options };
}
