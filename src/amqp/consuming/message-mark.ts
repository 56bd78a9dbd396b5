import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { isUnique } from '../common/message-id.js';
import { carriedHeaders, copyPutAnew, putAnewHeader } from './carried-headers.js';
import type { Delivery } from './delivery.js';

/** What is longer is not kept for its mark, and is known by its length and both its ends. */
const longestWhole = 65_536;

/** What a message has besides when it was put at the end of its queue: it is the same message still. */
const ofPuttingAnew: ReadonlySet<string> = new Set([putAnewHeader, 'x-waybill-seal']);

/**
 * By what a message is known again when the broker hands it out once more, or it was put anew meanwhile: queue, id, content,
 * and the headers that go along with a copy. A message that has failed meanwhile, or was sent back, has others. Only one
 * whose id nobody else uses has a mark.
 */
export class MessageMark {
  readonly key: string;
  /** Which of the copies it is that were put anew; undefined for the message as it was sent. */
  readonly copy: string | undefined;
  #of: Pick<Delivery, 'content' | 'properties'> | undefined;
  #digest = '';

  private constructor(delivery: Delivery) {
    this.key = `${delivery.queue}\n${delivery.properties.messageId}`;
    this.copy = copyPutAnew(delivery.properties.headers);
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
    const carried = Object.entries(carriedHeaders(properties.headers));
    const headers = carried.filter(([name]) => !ofPuttingAnew.has(name));
    const hash = createHash('sha256').update(`${inspect(headers, { depth: 5 })}\n${content.length}\n`);
    if (content.length <= longestWhole) hash.update(content);
    else hash.update(content.subarray(0, longestWhole / 2)).update(content.subarray(-longestWhole / 2));
    this.#digest = hash.digest('base64');
    this.#of = undefined;
  }
}
