import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { calling, TIMEOUT_MS as timeout } from '../common/calling.js';
import { open as connect } from './context.js';

const publishOptions = { contentType: 'application/json' };

export async function open(assignment: Assignment): Promise<Part> {
  const { connection, close } = await connect(assignment.url);
  const { exchange, routingKey } = names;
  const ask = (payload: Buffer): Promise<RawEnvelope> =>
    connection.request<RawEnvelope>({ exchange, routingKey, payload, timeout, publishOptions });
  return calling(assignment, ask, close);
}
