import type { Context } from 'moleculer';
import type { Answer, Parameters } from '../../candidates/common/parameters.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { Answers } from '../common/answers.js';
import { nodeOf, SERVICE } from './node.js';

export async function open({ url }: Assignment): Promise<Part> {
  const node = nodeOf(url, 'server');
  const answers = new Answers();
  const ask = ({ params }: Context<Parameters>): Answer => answers.toParameters(params);
  node.createService({ name: SERVICE, actions: { ask } });
  await node.start();
  return answers.part(() => node.stop());
}
