import { join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { runLocked } from './locked-script.js';

/**
 * Installs a package of Debian while no other run on this machine does. Debian would start a fresh server as a service, on its usual
 * port: `policy-rc.d` forbids that for the time of the installation, and what was there before is put back whichever way the
 * script ends.
 */
const INSTALL_SCRIPT = `
set -eu
package=$1 policy=/usr/sbin/policy-rc.d
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
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$package"
`;

/** Installs the package of this machine's own release, and starts no service. Gives the exit code, and the file with apt's words. */
export async function installPackage(
  name: string,
): Promise<{ readonly exitCode: number | null; readonly log: string }> {
  const log = join(cacheFolder(), `${name}.log`);
  const lock = '/run/lock/waybill-install-package';
  return { exitCode: await runLocked({ script: INSTALL_SCRIPT, args: [name], lock, log }), log };
}
