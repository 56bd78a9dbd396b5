import { installedSuite, installSuite, suiteOf } from './debian-suite.js';
import { debianRelease, mayInstall } from './machine.js';
import { installOnMachine, machineRabbitmq } from './machine-rabbitmq.js';
import type { RabbitmqPrograms } from './rabbitmq-programs.js';
import { lineOf, type RabbitmqVersion } from './rabbitmq-version.js';

/**
 * RabbitMQ's programs of this version as they are on this machine, its own or those of an earlier run; undefined when
 * they are not. Without a version, the machine's own, whatever it is.
 */
export async function findRabbitmq(version?: RabbitmqVersion): Promise<RabbitmqPrograms | undefined> {
  const own = await machineRabbitmq();
  if (version === undefined || (own && lineOf(own.version) === version)) return own;
  return await installedSuite(version);
}

/**
 * The same; where they are missing, root on Debian installs them: the machine's own package where its release has this
 * version, else another release in a folder of its own.
 *
 * @throws Error saying what to do, when they are missing and cannot be installed from here.
 */
export async function requireRabbitmq(version?: RabbitmqVersion): Promise<RabbitmqPrograms> {
  const found = await findRabbitmq(version);
  if (found !== undefined) return found;
  try {
    return await install(version);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`RabbitMQ ${version ?? ''} could not be had: ${reason}`.replace('  ', ' '), {
      cause: error,
    });
  }
}

/** What somebody can do who has no broker. */
export const ADVICE = [
  'These tests need a real broker. Do one of these:',
  '  - run them as root on Debian, where they get each version by themselves',
  '  - install one: apt-get install rabbitmq-server (or brew install rabbitmq, or https://www.rabbitmq.com/docs/download),',
  '    and name its version: npm run test:broker -- --rabbitmq 4.1',
  '  - set WAYBILL_TEST_URL to a broker made for tests, such as amqp://guest:guest@127.0.0.1:5672',
  'Tests that need no broker: npm run test:unit, npm run test:embedded',
].join('\n');

async function install(version: RabbitmqVersion | undefined): Promise<RabbitmqPrograms> {
  if (version === undefined || suiteOf(version) === debianRelease()) {
    if (!mayInstall())
      throw new Error('it is not on this machine, and only root on Debian can install it by itself');
    const own = await machineRabbitmq();
    // A machine that has another version than its release has got it from somewhere else: we leave it alone.
    if (own === undefined) return await checked(await installOnMachine(), version);
  }
  if (version === undefined) throw new Error('it is not on this machine');
  return await installSuite(version);
}

function checked(programs: RabbitmqPrograms, version: RabbitmqVersion | undefined): RabbitmqPrograms {
  if (version === undefined || lineOf(programs.version) === version) return programs;
  throw new Error(`this machine's release has ${programs.version}`);
}
