import type { Link } from '../amqp/index.js';
import { isWaybillError, type TopologyError } from '../errors.js';
import type { QueueDepth } from './told.js';

const atOnce = 8;
/** RabbitMQ writes each question for a queue that is not there into its log as an error: so it is asked again after this time only. */
const missingMs = 60_000;

const reasons: ReadonlyMap<number | undefined, string> = new Map([
  [403, 'this user may not look at it'],
  [404, 'there is none'],
  [405, 'it is exclusive to another connection'],
]);

/** How many messages are ready in queues, by asking the broker for each (a passive declare). */
export class QueueDepths {
  readonly #link: Link;
  readonly #missing = new Map<string, number>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** In the order in which they were named. @throws ConnectError, ConnectionLostError */
  async of(queues: readonly string[]): Promise<readonly QueueDepth[]> {
    const found: QueueDepth[] = [];
    for (let at = 0; at < queues.length; at += atOnce)
      found.push(
        ...(await Promise.all(queues.slice(at, at + atOnce).map((queue) => this.#remembered(queue)))),
      );
    return found;
  }

  async #remembered(queue: string): Promise<QueueDepth> {
    const missingAt = this.#missing.get(queue);
    if (missingAt !== undefined && performance.now() - missingAt < missingMs) return unknown(queue, 404);
    this.#missing.delete(queue);
    return await this.#ask(queue);
  }

  async #ask(queue: string): Promise<QueueDepth> {
    try {
      const { messageCount, consumerCount } = await this.#link.onChannel((channel) =>
        channel.checkQueue(queue),
      );
      return { queue, ready: messageCount, consumers: consumerCount };
    } catch (thrown) {
      if (!isWaybillError(thrown, 'TOPOLOGY_REFUSED')) throw thrown;
      const { replyCode } = thrown as TopologyError;
      if (replyCode === 404) this.#missing.set(queue, performance.now());
      return unknown(queue, replyCode);
    }
  }
}

function unknown(queue: string, code: number | undefined): QueueDepth {
  return { queue, ready: undefined, consumers: undefined, why: reasons.get(code) ?? `it answers ${code}` };
}
