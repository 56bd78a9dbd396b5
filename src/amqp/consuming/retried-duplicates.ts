import { createHash } from 'node:crypto';
import { isUnique } from '../common/message-id.js';
import type { Delivery } from './delivery.js';
import { failureCount } from './failure-count.js';

/** How many messages are remembered; the oldest are forgotten first. */
const maxMessages = 10_000;

/** What is known of one failed message: how far its copies have come. */
interface Known {
  readonly digest: string;
  /** The greatest number of failures of a copy that was acked here. */
  acked: number;
  /** The copy in hand. */
  inHand: Delivery | undefined;
}

/**
 * Finds the copies of a failed message that have been overtaken. A message that failed is copied to rest, or to be parked,
 * and acked after that; who is killed in between leaves both, the message and its copy. Both would run for as often as the
 * policy says: so of the copies with the same id and content only the one that has failed most often is run.
 */
export class RetriedDuplicates {
  readonly #known = new Map<string, Known>();

  /** True for a copy that one which failed as often, or more often, stands for: that is in hand, or was acked here. */
  isSecond(delivery: Delivery): boolean {
    const failures = failureCount(delivery);
    const id: unknown = delivery.properties.messageId;
    if (failures === 0 || !isUnique(id)) return false;
    const key = `${delivery.queue}\n${id}`;
    const digest = createHash('sha256').update(delivery.content).digest('base64');
    const before = this.#known.get(key);
    const known = before?.digest === digest ? before : { digest, acked: 0, inHand: undefined };
    if (failures <= known.acked || standsFor(known.inHand, failures)) return true;
    this.#remember(key, known, delivery);
    return false;
  }

  #remember(key: string, known: Known, delivery: Delivery): void {
    known.inHand = delivery;
    this.#known.delete(key);
    this.#known.set(key, known);
    delivery.whenSettled((how) => {
      if (known.inHand === delivery) known.inHand = undefined;
      // What was given back, or dead-lettered, may come again in earnest; and nobody stands for it who is not trusted.
      if (how === 'acked' && !delivery.isUntrusted)
        known.acked = Math.max(known.acked, failureCount(delivery));
      if (known.acked === 0 && !known.inHand && this.#known.get(key) === known) this.#known.delete(key);
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxMessages && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** While it is ours the broker keeps it until we ack it. */
function standsFor(inHand: Delivery | undefined, failures: number): boolean {
  if (!inHand || failures > failureCount(inHand)) return false;
  return inHand.alive && !inHand.settled && !inHand.isUntrusted;
}
