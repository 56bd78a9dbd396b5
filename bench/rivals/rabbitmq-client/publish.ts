import type { Assignment, Part } from '../../candidates/part.js';
import { publishing } from '../common/publishing.js';
import { open as connect } from './connection.js';
import { sender } from './publisher.js';

export async function open(assignment: Assignment): Promise<Part> {
  const connection = await connect(assignment.url);
  const publisher = sender(connection);
  return publishing(assignment, publisher.send, async () => {
    await publisher.close();
    await connection.close();
  });
}
