import { createHash } from 'node:crypto';
import { isUnique } from '../common/message-id.js';
import type { Delivery } from './delivery.js';
import { failureCount } from './failure-count.js';

/** How many are remembered; the oldest are forgotten first. */
const maxCopies = 10_000;

/** What is known of one copy: its delivery while that is in hand, nothing more when it was acked. */
interface Copy {
  readonly digest: string;
  delivery: Delivery | undefined;
}

/**
 * Finds the second of two copies of a failed message. A message that failed is copied to rest, or to be parked, and acked
 * after that; who is killed in between leaves both, the message and its copy. Both would run for as often as the policy
 * says: so of two copies with the same id, content and number of failures only one is run.
 */
export class RetriedDuplicates {
  readonly #known = new Map<string, Copy>();

  /** True for a copy whose twin is in hand, or was acked here. It may be acked: the twin stands for both. */
  isSecond(delivery: Delivery): boolean {
    const failures = failureCount(delivery);
    const id: unknown = delivery.properties.messageId;
    if (failures === 0 || !isUnique(id)) return false;
    const key = `${delivery.queue}\n${id}\n${failures}`;
    const digest = createHash('sha256').update(delivery.content).digest('base64');
    const known = this.#known.get(key);
    if (known?.digest === digest && isSafe(known.delivery)) return true;
    this.#remember(key, delivery, digest);
    return false;
  }

  #remember(key: string, delivery: Delivery, digest: string): void {
    const copy: Copy = { digest, delivery };
    this.#known.delete(key);
    this.#known.set(key, copy);
    delivery.whenSettled((how) => {
      copy.delivery = undefined;
      // What was given back, or dead-lettered, may come again in earnest; and nobody stands for it who is not trusted.
      if ((how !== 'acked' || delivery.isUntrusted) && this.#known.get(key) === copy) this.#known.delete(key);
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxCopies && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Acked, or still ours: the broker keeps it until we ack it. */
function isSafe(delivery: Delivery | undefined): boolean {
  return delivery === undefined || (delivery.alive && !delivery.settled && !delivery.isUntrusted);
}
