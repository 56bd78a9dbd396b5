import { createHash } from 'node:crypto';
import type { Delivery } from './delivery.js';
import { isUnique } from './message-id.js';

/** How many are remembered; the oldest are forgotten first. */
const maxRemembered = 10_000;

/**
 * Messages that were done when it was too late to say so: their channel was gone, or the broker had taken them back. They
 * come again, and need not run again. Only messages whose ids nobody else uses are known again.
 */
export class LateAcks {
  /** Digests of contents, by queue and message id. */
  readonly #done = new Map<string, string>();

  /** The delivery was acked in vain. */
  remember(delivery: Delivery): void {
    const key = keyOf(delivery);
    if (key === undefined) return;
    this.#done.delete(key);
    this.#done.set(key, digestOf(delivery));
    const [oldest] = this.#done.keys();
    if (this.#done.size > maxRemembered && oldest !== undefined) this.#done.delete(oldest);
  }

  /** True for a message that comes again though it is done, and then it is forgotten here: it may be acked. */
  isDone(delivery: Delivery): boolean {
    if (!delivery.mayHaveRun || this.#done.size === 0) return false;
    const key = keyOf(delivery);
    if (key === undefined || this.#done.get(key) !== digestOf(delivery)) return false;
    this.#done.delete(key);
    return true;
  }
}

function keyOf({ queue, properties }: Delivery): string | undefined {
  const id: unknown = properties.messageId;
  return isUnique(id) ? `${queue}\n${id}` : undefined;
}

function digestOf({ content }: Delivery): string {
  return createHash('sha256').update(content).digest('base64');
}
