import { delimiter, join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { runLocked } from './locked-script.js';
import { isProgram } from './machine.js';
import { exactVersionOf, type RabbitmqPrograms, SERVER } from './rabbitmq-programs.js';

/** Where Debian keeps the programs themselves; its wrappers in /usr/sbin insist on the user `rabbitmq`. */
const DEBIAN_HOME = '/usr/lib/rabbitmq/bin';

const LOCK = '/run/lock/waybill-install-rabbitmq';

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
  const log = join(cacheFolder(), 'machine.log');
  console.log(`RabbitMQ is not on this machine: installing ${SERVER}, whose service is not started.`);
  const exitCode = await runLocked({ script: INSTALL_SCRIPT, lock: LOCK, log });
  const installed = await machineRabbitmq();
  if (installed === undefined) {
    throw new Error(`installing ${SERVER} failed, exit code ${exitCode}; apt's words are in ${log}`);
  }
  return installed;
}
