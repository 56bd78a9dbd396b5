import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { Answers } from '../common/answers.js';
import { open as connect, PREFETCH } from './connection.js';
import { envelopeOf } from './envelope.js';

/** A call is acked when its answer is confirmed. */
export async function open({ url }: Assignment): Promise<Part> {
  const [outgoing, incoming] = [await connect(url), await connect(url)];
  const answers = new Answers();
  await outgoing.channel.confirmSelect();
  await incoming.channel.basicQos(PREFETCH);
  const consumer = await incoming.channel.basicConsume(names.queue, { noAck: false }, async (request) => {
    const { replyTo, correlationId } = request.properties;
    const properties = { contentType: 'application/json', correlationId: correlationId ?? '' };
    await outgoing.channel.basicPublish('', replyTo ?? '', answers.to(envelopeOf(request)), properties);
    await request.ack();
  });
  return answers.part(async () => {
    await consumer.cancel();
    await Promise.all([outgoing.close(), incoming.close()]);
  });
}
