import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { decode } from '../../candidates/raw-amqplib/envelope.js';
import { Ticks } from '../common/ticks.js';
import { open as connect, sender } from './connection.js';

/** How many messages the broker hands out ahead. */
const prefetch = 100;

export async function open(assignment: Assignment): Promise<Part> {
  const [publishing, consuming] = [connect(assignment.url), connect(assignment.url)];
  const ticks = new Ticks();
  const channel = consuming.createChannel({ confirm: false });
  await channel.waitForConnect();
  await channel.consume(
    names.queue,
    (message) => {
      ticks.handle(decode(message.content));
      channel.ack(message);
    },
    { prefetch },
  );
  return ticks.part(assignment, await sender(publishing), async () => {
    await channel.close();
    await Promise.all([publishing.close(), consuming.close()]);
  });
}
