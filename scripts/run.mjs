import { spawnSync } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

/** Where npm puts the programs of our tools; `npm run` has it in PATH, `node scripts/…` has not. */
const PATH = [resolve('node_modules/.bin'), process.env.PATH].join(delimiter);

/** Runs a tool with its output on ours. @throws Error when its exit code is not 0. */
export function run(tool, args) {
  const { status, error } = spawnSync(tool, args, { stdio: 'inherit', env: { ...process.env, PATH } });
  if (error) throw error;
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')} failed`);
}

/** Runs a tool and gives its exit code and what it printed. */
export function outputOf(tool, args) {
  const options = { encoding: 'utf8', env: { ...process.env, PATH }, maxBuffer: 64 * 1024 * 1024 };
  const { status, stdout, error } = spawnSync(tool, args, options);
  if (error) throw error;
  return { status, stdout };
}

/** Runs a script to its end; what it throws becomes one message and exit code 1. */
export async function main(script) {
  try {
    await script();
  } catch (thrown) {
    console.error(`\n✖ ${thrown.message}`);
    process.exitCode = 1;
  }
}
