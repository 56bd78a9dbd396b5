import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { Answers } from '../common/answers.js';
import { confirmed, open as connect, subscribe, there } from './broker.js';

/** A call is acked when its answer is confirmed. */
export async function open({ url }: Assignment): Promise<Part> {
  const answers = new Answers();
  const outgoing = await connect(url, {
    exchanges: [''],
    publications: { reply: { exchange: '' } },
  });
  const incoming = await connect(url, {
    queues: { [names.queue]: there },
    subscriptions: { in: { queue: names.queue } },
  });
  await subscribe(incoming, 'in', ({ properties }, content, ackOrNack) => {
    const { correlationId, replyTo } = properties;
    const body = answers.to(content as RawEnvelope);
    void confirmed(outgoing, 'reply', body, { correlationId, persistent: false }, replyTo).then(ackOrNack);
  });
  return answers.part(async () => {
    await incoming.shutdown();
    await outgoing.shutdown();
  });
}
