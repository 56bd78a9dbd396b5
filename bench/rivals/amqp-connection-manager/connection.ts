import { type AmqpConnectionManager, connect } from 'amqp-connection-manager';
import { names } from '../../candidates/common/names.js';
import { persistent } from '../../candidates/raw-amqplib/envelope.js';
import type { Send } from '../common/publishing.js';

/** One connection, without Nagle's algorithm. */
export function open(url: string): AmqpConnectionManager {
  return connect([url], { connectionOptions: { noDelay: true } });
}

export async function sender(connection: AmqpConnectionManager): Promise<Send> {
  const channel = connection.createChannel();
  await channel.waitForConnect();
  return (body) => channel.publish(names.exchange, names.routingKey, body, persistent);
}
