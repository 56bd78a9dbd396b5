import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { calling } from '../common/calling.js';
import { Pending } from '../common/pending.js';
import { confirmed, open as connect, subscribe, there } from './broker.js';

/** Its documentation's advice for a reply queue: neither durable nor shared. */
const replies = { replyTo: true, options: { durable: false, exclusive: true } };

export async function open(assignment: Assignment): Promise<Part> {
  const pending = new Pending<RawEnvelope>();
  const broker = await connect(assignment.url, {
    exchanges: { [names.exchange]: { ...there, type: 'direct' } },
    queues: { replies },
    publications: { ask: { exchange: names.exchange, replyTo: 'replies' } },
    subscriptions: { replies: { queue: 'replies', options: { noAck: true } } },
  });
  await subscribe(broker, 'replies', (message, content) =>
    pending.settle(message.properties.correlationId, content as RawEnvelope),
  );
  const ask = (request: Buffer): Promise<RawEnvelope> =>
    pending.add((correlationId) => confirmed(broker, 'ask', request, { correlationId, persistent: false }));
  return calling(assignment, ask, () => broker.shutdown());
}
