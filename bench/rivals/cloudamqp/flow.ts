import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { Ticks } from '../common/ticks.js';
import { open as connect, PREFETCH, sender } from './connection.js';
import { envelopeOf } from './envelope.js';

export async function open(assignment: Assignment): Promise<Part> {
  const [outgoing, incoming] = [await connect(assignment.url), await connect(assignment.url)];
  const ticks = new Ticks();
  await incoming.channel.basicQos(PREFETCH);
  const consumer = await incoming.channel.basicConsume(names.queue, { noAck: false }, (message) => {
    ticks.handle(envelopeOf(message));
    return message.ack();
  });
  return ticks.part(assignment, await sender(outgoing), async () => {
    await consumer.cancel();
    await Promise.all([outgoing.close(), incoming.close()]);
  });
}
