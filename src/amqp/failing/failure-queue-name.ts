import { createHash } from 'node:crypto';

/** A short string of AMQP (section 4.2.5.3), as the name of a queue is one. */
const maxBytes = 255;

/** How much of a name that is too long is kept, for people to know it by. */
const keptBytes = 200;

/**
 * The name of a queue beside another one. Where that is so long that both do not fit into a name, its end gives way to a
 * digest.
 */
export function failureQueueName(queue: string, suffix: string): string {
  const name = `${queue}.${suffix}`;
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const digest = createHash('sha256').update(queue).digest('hex').slice(0, 16);
  // A letter that is cut in two becomes a replacement character, of three bytes.
  return `${Buffer.from(queue).subarray(0, keptBytes).toString()}~${digest}.${suffix}`;
}

/**
 * Where what is parked goes back to. Late messages that could not be delivered are parked as those of `waybill.delay`, which is no queue:
 * they go to the one from which they are sent on.
 */
export function homeQueue(queue: string): string {
  return queue === 'waybill.delay' ? 'waybill.delay.due' : queue;
}

/** Where messages of a queue are kept until a person decides. */
export function failedQueueName(queue: string): string {
  return failureQueueName(queue, 'failed');
}
