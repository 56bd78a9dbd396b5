import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The compilers that Waybill's types are promised for: a package of ours and the version that it must be. */
export const compilers = [
  { name: 'TypeScript 7.0', package: 'typescript', version: '7.0.' },
  { name: 'TypeScript 5.9', package: 'typescript-5.9', version: '5.9.' },
].map(({ name, package: folder, version }) => ({ name, tsc: tscOf(folder, version) }));

function tscOf(folder, version) {
  const found = JSON.parse(readFileSync(join('node_modules', folder, 'package.json'), 'utf8')).version;
  if (!found.startsWith(version)) throw new Error(`node_modules/${folder} is ${found}, not ${version}x`);
  return resolve('node_modules', folder, 'bin/tsc');
}

/**
 * What a compiler has to say of a project: one entry for each complaint, with file and line (0 where it is about no
 * file) and the whole text, indented details included.
 */
export async function compile(compiler, folder, tsconfig) {
  const { status, output } = await finished(compiler.tsc, ['-p', tsconfig, '--pretty', 'false'], folder);
  const complaints = output
    .split(/\n(?!\s)/)
    .map(complaintOf)
    .filter(Boolean);
  if (status !== 0 && complaints.length === 0) throw new Error(`${compiler.name} failed:\n${output}`);
  return complaints;
}

function complaintOf(text) {
  const [, file = '', line = 0, words] =
    /^(?:(.+?)\((\d+),\d+\): )?error TS\d+: (.*)$/s.exec(text.trimEnd()) ?? [];
  return words && { file, line: Number(line), text: words };
}

function finished(script, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}
