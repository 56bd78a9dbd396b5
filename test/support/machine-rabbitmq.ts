import { delimiter, join } from 'node:path';
import { installPackage } from './install-package.js';
import { isProgram } from './machine.js';
import { exactVersionOf, type RabbitmqPrograms, SERVER } from './rabbitmq-programs.js';

/** Where Debian keeps the programs themselves; its wrappers in /usr/sbin insist on the user `rabbitmq`. */
const DEBIAN_HOME = '/usr/lib/rabbitmq/bin';

/** RabbitMQ as this machine has it by itself, whatever its version. */
export async function machineRabbitmq(): Promise<RabbitmqPrograms | undefined> {
  const folders = [DEBIAN_HOME, ...(process.env['PATH'] ?? '').split(delimiter)];
  const folder = folders.find((each) => each !== '' && isProgram(join(each, SERVER)));
  return folder === undefined ? undefined : { folder, version: await exactVersionOf(folder) };
}

/**
 * Installs the package of this machine's own release, and starts no service.
 *
 * @throws Error naming apt's log, when that failed.
 */
export async function installOnMachine(): Promise<RabbitmqPrograms> {
  const own = await machineRabbitmq();
  if (own !== undefined) return own;
  console.log(`RabbitMQ is not on this machine: installing ${SERVER}, whose service is not started.`);
  const { exitCode, log } = await installPackage(SERVER);
  const installed = await machineRabbitmq();
  if (installed === undefined) {
    throw new Error(`installing ${SERVER} failed, exit code ${exitCode}; apt's words are in ${log}`);
  }
  return installed;
}
