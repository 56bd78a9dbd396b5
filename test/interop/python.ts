import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Debian's own Python: another one in PATH would not see the packages that apt installs. */
export const python = '/usr/bin/python3';

/** How long a peer may take, which starts an interpreter and connects, on a slow machine. */
const limitMs = 60_000;

/** A package of the Python world, as Debian has it. */
export interface PythonPackage {
  readonly debianPackage: string;
  readonly module: string;
}

/** An AMQP client of the Python world. */
export interface PythonClient extends PythonPackage {
  /** The program of `test/interop/python` that is written with it. */
  readonly program: string;
}

/** The one in which the programs of the seed systems are written again, from their wire facts. */
export const pika: PythonClient = {
  debianPackage: 'python3-pika',
  module: 'pika',
  program: 'pika_peer.py',
};

export const pythonClients: readonly PythonClient[] = [
  pika,
  { debianPackage: 'python3-aio-pika', module: 'aio_pika', program: 'aio_pika_peer.py' },
  { debianPackage: 'python3-kombu', module: 'kombu', program: 'kombu_peer.py' },
  { debianPackage: 'python3-amqp', module: 'amqp', program: 'amqp_peer.py' },
];

/** What a peer can be asked to do; each prints what it saw. */
export type Role = 'publish' | 'unroutable' | 'get' | 'consume' | 'serve' | 'call' | 'missing';

/** Why what needs this package cannot be tried here, or `false` when it can. */
export function whyMissing({ debianPackage, module }: PythonPackage): string | false {
  const { status } = spawnSync(python, ['-c', `import ${module}`]);
  return status === 0 ? false : `${module} is not there for ${python}: apt-get install ${debianPackage}`;
}

/** Lets a peer play a role with a queue and gives what it printed. Throws with its error output when it fails. */
export async function ask(
  client: PythonClient,
  url: string,
  role: Role,
  queue: string,
  body = '',
): Promise<unknown> {
  return await runProgram(client.program, [url, role, queue, body]);
}

/** Runs a program of `test/interop/python` and gives what it printed. Throws with its error output when it fails. */
export async function runProgram(name: string, args: readonly string[]): Promise<unknown> {
  const program = fileURLToPath(new URL(`python/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)(python, ['-B', program, ...args], { timeout: limitMs });
  return JSON.parse(stdout);
}
