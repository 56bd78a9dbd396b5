import type { Assignment, Part } from '../../candidates/part.js';
import { publishingParameters } from '../common/publishing.js';
import { open as connect, sender } from './client.js';
import { sameBytes } from './options.js';

export async function open(assignment: Assignment): Promise<Part> {
  const client = await connect(assignment.url, { persistent: true });
  return publishingParameters(sameBytes(assignment), sender(client), async () => client.close());
}
