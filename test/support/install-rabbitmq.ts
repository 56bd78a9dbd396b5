import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps the programs themselves; its wrappers in /usr/sbin insist on the user `rabbitmq`. */
const DEBIAN_HOME = '/usr/lib/rabbitmq/bin';

const SERVER = 'rabbitmq-server';

/**
 * Installs the broker while no other run on this machine does. Debian would start the fresh server as a
 * service on 5672: `policy-rc.d` forbids that for the time of the installation, and what was there
 * before is put back whichever way the script ends.
 */
const INSTALL_SCRIPT = `
set -eu
[ -x ${DEBIAN_HOME}/${SERVER} ] && exit 0
policy=/usr/sbin/policy-rc.d
kept=$policy.before-waybill
restore() { rm -f "$policy"; if [ -e "$kept" ]; then mv "$kept" "$policy"; fi; }
trap restore EXIT
trap 'exit 130' INT TERM HUP
if [ -e "$policy" ]; then mv "$policy" "$kept"; fi
printf '#!/bin/sh\\nexit 101\\n' > "$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
tries=0
until apt-get -q update; do
  tries=$((tries + 1))
  if [ "$tries" -ge 20 ]; then exit 1; fi
  sleep 3
done
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 ${SERVER}
`;

const LOCK_FILE = '/run/lock/waybill-install-rabbitmq';
const LOCK_LIMIT_SECONDS = '600';

/** The folder with `rabbitmq-server`, `rabbitmqctl` and the like, or `undefined` when this machine has none. */
function findRabbitmq(): string | undefined {
  const folders = [DEBIAN_HOME, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.find((folder) => folder !== '' && isProgram(join(folder, SERVER)));
}

/**
 * The folder with RabbitMQ's programs; where they are missing, root on Debian or Ubuntu installs them.
 *
 * @throws Error saying what to do, when the broker is missing and cannot be installed from here.
 */
export async function requireRabbitmq(): Promise<string> {
  const found = findRabbitmq();
  if (found !== undefined) return found;
  if (!canInstall()) throw new Error(adviceFor('RabbitMQ is not on this machine.'));
  console.log(`RabbitMQ is not on this machine: installing Debian's ${SERVER} (no service is started).`);
  const exitCode = await runInstallScript();
  const installed = findRabbitmq();
  if (installed === undefined) {
    throw new Error(
      adviceFor(`Installing ${SERVER} failed, exit code ${exitCode} (apt-get's words are above).`),
    );
  }
  console.log(`RabbitMQ is installed in ${installed}.`);
  return installed;
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && isDebianLike() && isProgram('/usr/bin/apt-get');
}

function isDebianLike(): boolean {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function adviceFor(problem: string): string {
  return [
    problem,
    'The tests of this group need a real broker. Do one of these:',
    '  - install it: apt-get install rabbitmq-server (or brew install rabbitmq, or https://www.rabbitmq.com/docs/download)',
    '  - run the tests as root on Debian or Ubuntu, where they install it by themselves',
    '  - set WAYBILL_TEST_URL to a broker made for tests, such as amqp://guest:guest@127.0.0.1:5672',
    'Tests that need no broker: npm run test:unit',
  ].join('\n');
}

function runInstallScript(): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const args = ['--wait', LOCK_LIMIT_SECONDS, LOCK_FILE, 'sh', '-c', INSTALL_SCRIPT];
    const installer = spawn('flock', args, { stdio: ['ignore', 'inherit', 'inherit'] });
    installer.once('error', reject);
    installer.once('exit', resolve);
  });
}
