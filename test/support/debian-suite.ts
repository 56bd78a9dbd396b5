import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mirrorOfMachine } from './apt-sources.js';
import { cacheFolder } from './cache-folder.js';
import { runLocked } from './locked-script.js';
import { debianRelease, mayInstall } from './machine.js';
import { exactVersionOf, type RabbitmqPrograms } from './rabbitmq-programs.js';
import { lineOf, type RabbitmqVersion } from './rabbitmq-version.js';
import { writeSuitePrograms } from './suite-programs.js';

/** The release of Debian that has this version. */
const SUITES: Readonly<Record<RabbitmqVersion, string>> = {
  '3.10': 'bookworm',
  '4.0': 'trixie',
  '4.3': 'forky',
};

/** Where Debian has it inside. */
const INSIDE = 'usr/lib/rabbitmq/bin';

/**
 * Makes a Debian with RabbitMQ in a folder beside this machine's own: under another name until it is whole, so that
 * what a killed run leaves is never taken for one, and is cleared away by the next. A mirror may lag, and then its list
 * of packages counts as expired; signatures are checked all the same. Its mounts end with it (unshare).
 */
const MAKE_SCRIPT = `
set -eu
suite=$1 mirror=$2 made=$3
[ -d "$made" ] && exit 0
rm -rf --one-file-system "$made".making.*
if ! command -v mmdebstrap; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update || :
  apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 mmdebstrap
fi
making=$made.making.$$
trap 'rm -rf --one-file-system "$making"' EXIT
trap 'exit 130' INT TERM HUP
tries=0
until unshare --mount mmdebstrap --variant=apt --include=rabbitmq-server,ca-certificates \\
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \\
  --customize-hook='printf "#!/bin/sh\\nexit 101\\n" > "$1/usr/sbin/policy-rc.d"' \\
  --customize-hook='cp /etc/hosts "$1/etc/hosts"' \\
  "$suite" "$making" "$mirror"
do
  tries=$((tries + 1))
  if [ "$tries" -ge 3 ]; then exit 1; fi
  rm -rf --one-file-system "$making"
  sleep 3
done
mv -T "$making" "$made"
`;

/** The release of Debian that brings this version, if one does. */
export function suiteOf(version: RabbitmqVersion): string | undefined {
  return SUITES[version];
}

/** RabbitMQ of a suite that was installed by an earlier run; undefined when none was, or it has another version. */
export async function installedSuite(version: RabbitmqVersion): Promise<RabbitmqPrograms | undefined> {
  const suite = suiteOf(version);
  if (suite === undefined || process.getuid?.() !== 0 || !existsSync(folderOf(suite))) return undefined;
  const programs = await programsIn(suite);
  return lineOf(programs.version) === version ? programs : undefined;
}

/**
 * Installs the suite with this version into a folder of its own, which later runs use again.
 *
 * @throws Error saying why not, and where apt's words are.
 */
export async function installSuite(version: RabbitmqVersion): Promise<RabbitmqPrograms> {
  const suite = suiteOf(version);
  if (suite === undefined) throw new Error('no release of Debian has it');
  const release = debianRelease();
  if (release === undefined || !mayInstall()) throw new Error('only root on Debian can install it by itself');
  const mirror = mirrorOfMachine(release);
  if (mirror === undefined) throw new Error("this machine's apt sources name no Debian archive");
  await make(version, suite, mirror);
  const programs = await programsIn(suite);
  if (lineOf(programs.version) === version) return programs;
  throw new Error(`Debian ${suite} has ${programs.version} (in ${folderOf(suite)}; remove it to look again)`);
}

async function make(version: RabbitmqVersion, suite: string, mirror: string): Promise<void> {
  const made = folderOf(suite);
  if (existsSync(made)) return;
  const log = `${made}.log`;
  console.log(`Installing RabbitMQ ${version} of Debian ${suite} into ${made}; it takes a minute.`);
  const exitCode = await runLocked({
    script: MAKE_SCRIPT,
    args: [suite, mirror, made],
    lock: `${made}.lock`,
    log,
  });
  if (exitCode !== 0) {
    throw new Error(`installing Debian ${suite} failed, exit code ${exitCode}; apt's words are in ${log}`);
  }
}

async function programsIn(suite: string): Promise<RabbitmqPrograms> {
  const root = folderOf(suite);
  return { folder: writeSuitePrograms(root), version: await exactVersionOf(join(root, INSIDE)) };
}

function folderOf(suite: string): string {
  return join(cacheFolder(), suite);
}
