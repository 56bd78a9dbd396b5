import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const openers: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens an address that is a secret in the user's browser. Everybody on a machine sees the arguments of its programs: so what they see is
 * the name of a file, which nobody else may read, and which leads there. It is removed in the end.
 */
export async function openInBrowser(address: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-ui-'));
  const file = join(folder, 'open.html');
  const leads = `<!doctype html><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${address}">`;
  await writeFile(file, leads, { mode: 0o600 });
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  // Where there is none, the address that was printed is all there is.
  spawn(program, [...args, file], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
  return { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
