import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { python } from '../../test/interop/python.js';
import type { Assignment, Role } from '../candidates/part.js';
import { FOLDER, isOfNode, rivalNamed } from '../rivals/index.js';

/**
 * Starts a process of a candidate. In any language it hears commands and answers them over the channel of `fork`: lines
 * of JSON on a socket, whose number is in NODE_CHANNEL_FD.
 */
export function launch(
  compiled: string,
  candidate: string,
  role: Role,
  assignment: Assignment,
  nodeOptions: readonly string[],
): ChildProcess {
  const rival = rivalNamed(candidate);
  const task = [role, JSON.stringify(assignment)];
  if (rival && !isOfNode(rival)) {
    const program = join(FOLDER, 'python/child.py');
    // -B: no bytecode is written beside the sources.
    return fork(program, [join(FOLDER, candidate), ...task], { execPath: python, execArgv: ['-B'] });
  }
  const program = join(compiled, 'bench/measure/child.js');
  const folder = `${rival ? 'rivals' : 'candidates'}/${candidate}`;
  return fork(program, [folder, ...task], { execArgv: [...nodeOptions] });
}
