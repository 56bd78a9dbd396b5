import { type AMQPChannel, AMQPClient } from '@cloudamqp/amqp-client';
import { names } from '../../candidates/common/names.js';
import type { Send } from '../common/publishing.js';

/** How many messages the broker hands out ahead. */
export const PREFETCH = 100;

export interface Line {
  readonly channel: AMQPChannel;
  close(): Promise<void>;
}

/** One channel on a connection of its own, without Nagle's algorithm. */
export async function open(url: string): Promise<Line> {
  const client = new AMQPClient(url);
  const connection = await client.connect();
  client.socket?.setNoDelay(true);
  return { channel: await connection.channel(), close: () => connection.close() };
}

const properties = { contentType: 'application/json', deliveryMode: 2 };

/** Publishes on a channel that is put into confirm mode. */
export async function sender({ channel }: Line): Promise<Send> {
  await channel.confirmSelect();
  return (body) => channel.basicPublish(names.exchange, names.routingKey, body, properties);
}
