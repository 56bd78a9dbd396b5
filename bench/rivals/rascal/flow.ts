import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { Ticks } from '../common/ticks.js';
import { open as connect, subscribe, there } from './broker.js';
import { sender } from './sender.js';

export async function open(assignment: Assignment): Promise<Part> {
  const ticks = new Ticks();
  const { send, close } = await sender(assignment.url);
  const consuming = await connect(assignment.url, {
    queues: { [names.queue]: there },
    subscriptions: { in: { queue: names.queue } },
  });
  await subscribe(consuming, 'in', (_message, content, ackOrNack) => {
    ticks.handle(content as RawEnvelope);
    ackOrNack();
  });
  return ticks.part(assignment, send, async () => {
    await consuming.shutdown();
    await close();
  });
}
