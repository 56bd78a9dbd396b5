import { type FailedMessage, failedQueueName } from '../amqp/index.js';
import { runsOf, type Sources } from './component-page.js';
import { type Shelf, summary } from './shelf.js';
import type { Run, Trail } from './told.js';

/** In more queues of parked messages it is not looked. */
const mostQueues = 50;

/**
 * What can be learned of a call or a message by its id, or by the id of its trace: where it runs, and where it was parked. What went well
 * leaves nothing behind: nobody writes it down.
 */
export async function trailOf(id: string, { network, observation }: Sources, shelf: Shelf): Promise<Trail> {
  const asked = await network.ask('inflight', { expected: observation.connected, timeoutMs: 1_000 });
  const runs = runsOf(asked.answers).filter((run) => isRunOf(id, run));
  const { queues, looked } = await shelf.overview(observation.queues);
  const unseen = queues.slice(mostQueues).map(({ queue }) => queue);
  const parked: Trail['parked'][number][] = [];
  for (const { queue, parked: count } of queues.slice(0, mostQueues)) {
    const messages = await shelf.look(queue);
    if (messages.length < count) unseen.push(queue);
    for (const each of messages) if (isOf(id, each)) parked.push({ ...summary(each), queue });
  }
  return { id, runs, parked, looked, unseen: unseen.map(failedQueueName), silent: asked.missing };
}

function isRunOf(id: string, { messageId, correlationId }: Run): boolean {
  return messageId === id || correlationId === id;
}

function isOf(id: string, { id: own, properties }: FailedMessage): boolean {
  const { correlationId, headers } = properties;
  const [, trace] = String(headers?.['traceparent'] ?? '').split('-');
  return own === id || correlationId === id || trace === id;
}
