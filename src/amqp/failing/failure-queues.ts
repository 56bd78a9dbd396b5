import { isWaybillError, type TopologyError } from '../../errors.js';
import type { Arguments, Declaration } from '../declaring/declaration.js';
import type { Link } from '../link/link.js';
import { failedQueueName, failureQueueName } from './failure-queue-name.js';

type QueueDeclaration = Declaration & { readonly kind: 'queue' };

/**
 * How long a declaration is believed. RabbitMQ removes an expiring queue together with its messages when nobody has
 * declared, got or consumed for long; publishing to it does not count (RabbitMQ docs, Time-To-Live, Queue TTL).
 */
const believedMs = 60_000;

/** How long a retry queue lives on after everything in it has gone home. */
const lingerMs = 600_000;

/** Where it is known that an untyped queue becomes a classic one. The broker is asked once for each link, not for each queue. */
const classicByDefault = new WeakSet<Link>();

/**
 * The queues beside a queue, in which messages that failed rest or are kept. They are as safe as the queue itself: beside
 * a quorum queue they are quorum queues, too.
 */
export class FailureQueues {
  readonly #link: Link;
  readonly #declared = new Map<string, { readonly at: number; readonly done: Promise<string> }>();
  /** As what each of them is there. */
  readonly #taken = new Map<string, Arguments>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** Where a message rests: when its time is over the broker dead-letters it to the queue it came from, of that type. @throws TopologyError */
  async forRetry(queue: string, type: unknown, delayMs: number): Promise<string> {
    const plain: Arguments = {
      'x-message-ttl': delayMs,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': queue,
      // Removed when nobody has used it for long: a policy that is changed leaves nothing behind.
      'x-expires': delayMs * 2 + lingerMs,
    };
    return await this.#declare(failureQueueName(queue, `retry.${delayMs}`), [
      ...this.#safer(type, plain),
      plain,
    ]);
  }

  /** Where a message of a queue of that type is kept, under the name of a queue, until a person decides. @throws TopologyError */
  async forParking(queue: string, type: unknown): Promise<string> {
    return await this.#declare(failedQueueName(queue), [...(type === 'quorum' ? [quorum] : []), {}]);
  }

  /** The broker says that a queue is gone: the next time it is declared again. */
  forget(name: string): void {
    this.#declared.delete(name);
    this.#taken.delete(name);
  }

  /**
   * The same, with at-least-once dead-lettering, which quorum queues alone have. Where nobody has said what the queue is,
   * the virtual host decides (`default_queue_type`), and AMQP does not tell; but the broker refuses this for a classic one.
   */
  #safer(type: unknown, plain: Arguments): readonly Arguments[] {
    if (type === 'quorum') return [{ ...quorum, ...plain, ...atLeastOnce }];
    return type !== undefined || classicByDefault.has(this.#link) ? [] : [{ ...plain, ...atLeastOnce }];
  }

  #declare(name: string, choice: readonly Arguments[]): Promise<string> {
    const at = performance.now();
    const known = this.#declared.get(name);
    if (known && at - known.at < believedMs) return known.done;
    const taken = this.#taken.get(name);
    const done = this.#declareFirst(name, taken ? [taken] : choice);
    this.#declared.set(name, { at, done });
    done.catch(() => this.forget(name));
    return done;
  }

  /** Declares it as the first of these that the broker takes: one that is there from before stays as it is. */
  async #declareFirst(name: string, [args = {}, ...others]: readonly Arguments[]): Promise<string> {
    try {
      await this.#link.declare([durableQueue(name, args)]);
      this.#taken.set(name, args);
      return name;
    } catch (thrown) {
      if (others.length === 0 || !isPreconditionFailed(thrown)) throw thrown;
      if (isInvalid(thrown)) classicByDefault.add(this.#link);
      return await this.#declareFirst(name, others);
    }
  }
}

const quorum: Arguments = { 'x-queue-type': 'quorum' };

/** They wait for the confirm of the queue they dead-letter to; for that they must never drop. */
const atLeastOnce: Arguments = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

function durableQueue(name: string, args: Arguments): QueueDeclaration {
  return { kind: 'queue', name, passive: false, options: { durable: true, arguments: args } };
}

function isPreconditionFailed(thrown: unknown): thrown is TopologyError {
  return isWaybillError(thrown, 'TOPOLOGY_REFUSED') && (thrown as TopologyError).replyCode === 406;
}

/** An argument that this type of queue does not have, and not one that differs from those of a queue that is there. */
function isInvalid({ message }: TopologyError): boolean {
  return message.includes("invalid arg 'x-dead-letter-strategy'");
}
