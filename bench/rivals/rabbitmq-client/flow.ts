import type { Assignment, Part } from '../../candidates/part.js';
import { Ticks } from '../common/ticks.js';
import { open as connect } from './connection.js';
import { consume } from './consumer.js';
import { sender } from './publisher.js';

export async function open(assignment: Assignment): Promise<Part> {
  const [publishing, consuming] = [await connect(assignment.url), await connect(assignment.url)];
  const ticks = new Ticks();
  const publisher = sender(publishing);
  const consumer = await consume(consuming, ({ body }) => ticks.handle(body));
  return ticks.part(assignment, publisher.send, async () => {
    await consumer.close();
    await publisher.close();
    await Promise.all([publishing.close(), consuming.close()]);
  });
}
