import type { Connection } from 'rabbitmq-client';
import { names } from '../../candidates/common/names.js';
import type { Send } from '../common/publishing.js';

const envelope = {
  exchange: names.exchange,
  routingKey: names.routingKey,
  contentType: 'application/json',
  durable: true,
};

export function sender(connection: Connection): { readonly send: Send; close(): Promise<void> } {
  const publisher = connection.createPublisher({ confirm: true });
  return { send: (body) => publisher.send(envelope, body), close: () => publisher.close() };
}
