import type { Answer, Parameters } from '../../candidates/common/parameters.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { callingParameters } from '../common/calling.js';
import { nodeOf, SERVICE } from './node.js';

export async function open(assignment: Assignment): Promise<Part> {
  const node = nodeOf(assignment.url, 'caller');
  await node.start();
  await node.waitForServices(SERVICE);
  return callingParameters(
    assignment,
    (parameters) => node.call<Answer, Parameters>(`${SERVICE}.ask`, parameters),
    () => node.stop(),
  );
}
