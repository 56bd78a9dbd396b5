import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { calling, TIMEOUT_MS } from '../common/calling.js';
import { open as connect } from './connection.js';

const envelope = { exchange: names.exchange, routingKey: names.routingKey, contentType: 'application/json' };

export async function open(assignment: Assignment): Promise<Part> {
  const connection = await connect(assignment.url);
  const client = connection.createRPCClient({ confirm: true, timeout: TIMEOUT_MS });
  const ask = async (request: Buffer) => (await client.send(envelope, request)).body;
  return calling(assignment, ask, async () => {
    await client.close();
    await connection.close();
  });
}
