import type { Assignment, Part } from '../../candidates/part.js';
import { publishing } from '../common/publishing.js';
import { sender } from './sender.js';

export async function open(assignment: Assignment): Promise<Part> {
  const { send, close } = await sender(assignment.url);
  return publishing(assignment, send, close);
}
