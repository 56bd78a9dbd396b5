import { canonical } from '../json.js';
import type { Scene } from './player.js';

/** The first step at which two brokers differ, told with all steps before it; undefined when there is none. */
export function firstDifference(ours: readonly Scene[], theirs: readonly Scene[]): string | undefined {
  const index = theirs.findIndex((scene, step) => canonical({ ...scene }) !== canonical({ ...ours[step] }));
  const [our, their] = [ours[index], theirs[index]];
  if (!our || !their) return undefined;
  const story = theirs.slice(0, index + 1).map(({ command }, step) => `  ${step + 1}. ${command}`);
  return [...story, '', '  RabbitMQ:', ...describe(their), '  embedded broker:', ...describe(our)].join('\n');
}

function describe({ answer, heard, queues }: Scene): string[] {
  return Object.entries({ answer, heard, queues }).map(([name, value]) => `    ${name}: ${canonical(value)}`);
}
