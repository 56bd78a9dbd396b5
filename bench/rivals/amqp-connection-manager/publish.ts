import type { Assignment, Part } from '../../candidates/part.js';
import { publishing } from '../common/publishing.js';
import { open as connect, sender } from './connection.js';

export async function open(assignment: Assignment): Promise<Part> {
  const connection = connect(assignment.url);
  return publishing(assignment, await sender(connection), () => connection.close());
}
