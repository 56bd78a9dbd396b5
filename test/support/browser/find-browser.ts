import { delimiter, join } from 'node:path';
import { cacheFolder } from '../cache-folder.js';
import { runLocked } from '../locked-script.js';
import { isProgram, mayInstall } from '../machine.js';

const names: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const LOCK = '/run/lock/waybill-install-chromium';

const INSTALL_SCRIPT = `
set -eu
command -v chromium && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get -q update || :
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 chromium
`;

/**
 * A Chromium of this machine; where it is missing, root on Debian installs the package. Undefined where neither is possible: then the
 * page is tested by its server only.
 */
export async function findBrowser(): Promise<string | undefined> {
  const found = browserOfMachine();
  if (found !== undefined || !mayInstall()) return found;
  console.log('Chromium is not on this machine: installing it.');
  await runLocked({ script: INSTALL_SCRIPT, lock: LOCK, log: join(cacheFolder(), 'chromium.log') });
  return browserOfMachine();
}

function browserOfMachine(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((each) => each !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}
