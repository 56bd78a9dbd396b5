import { once } from 'node:events';
import type { Connection, Consumer, ConsumerHandler } from 'rabbitmq-client';
import { names } from '../../candidates/common/names.js';
import { qos } from './connection.js';

/** Resolves when it consumes. */
export async function consume(connection: Connection, handler: ConsumerHandler): Promise<Consumer> {
  const queueOptions = { passive: true };
  const consumer = connection.createConsumer({ queue: names.queue, queueOptions, qos }, handler);
  consumer.on('error', (error) => console.error(error));
  await once(consumer, 'ready');
  return consumer;
}
