import type { KeptProcess } from './keeper.js';

/** Erlang's port mapper on a port of its own: the one at 4369 is shared by the whole machine. */
export function epmdProcess(port: number, env: NodeJS.ProcessEnv): KeptProcess {
  return { name: 'epmd', command: ['epmd', '-address', '127.0.0.1', '-port', String(port)], env };
}
