import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { isUnique } from '../common/message-id.js';
import type { Delivery } from './delivery.js';

/** What is longer is not kept for its mark, and is known by its length and both its ends. */
const longestWhole = 65_536;

/** In these the broker counts how often it has handed a message out: the same message comes again with others. */
const counters: ReadonlySet<string> = new Set(['x-delivery-count', 'x-acquired-count']);

/**
 * By what a message is known again when the broker hands it out once more: queue, id, headers and content. A message that
 * has failed meanwhile, or was sent back, has other headers. Only one whose id nobody else uses has a mark.
 */
export class MessageMark {
  readonly key: string;
  #of: Pick<Delivery, 'content' | 'properties'> | undefined;
  #digest = '';

  private constructor(delivery: Delivery) {
    this.key = `${delivery.queue}\n${delivery.properties.messageId}`;
    this.#of = delivery;
    if (delivery.content.length > longestWhole) this.#compute(delivery);
  }

  static of(delivery: Delivery): MessageMark | undefined {
    return isUnique(delivery.properties.messageId) ? new MessageMark(delivery) : undefined;
  }

  /** Made when it is first asked for: of most messages nobody asks. */
  get digest(): string {
    if (this.#of) this.#compute(this.#of);
    return this.#digest;
  }

  #compute({ content, properties }: Pick<Delivery, 'content' | 'properties'>): void {
    const headers = Object.entries(properties.headers ?? {}).filter(([name]) => !counters.has(name));
    const hash = createHash('sha256').update(`${inspect(headers, { depth: 5 })}\n${content.length}\n`);
    if (content.length <= longestWhole) hash.update(content);
    else hash.update(content.subarray(0, longestWhole / 2)).update(content.subarray(-longestWhole / 2));
    this.#digest = hash.digest('base64');
    this.#of = undefined;
  }
}
