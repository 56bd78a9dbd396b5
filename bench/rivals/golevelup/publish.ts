import type { Assignment, Part } from '../../candidates/part.js';
import { publishing } from '../common/publishing.js';
import { open as connect } from './context.js';

export async function open(assignment: Assignment): Promise<Part> {
  const { send, close } = await connect(assignment.url);
  return publishing(assignment, send, close);
}
