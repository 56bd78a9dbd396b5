import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs a tool of `node_modules/.bin` (or an absolute path) with its output on ours, and ends this
 * process with the tool's exit code when that is not 0.
 */
export function run(tool, args, env = {}) {
  const path = tool.startsWith('/') ? tool : join('node_modules', '.bin', tool);
  const { status, error } = spawnSync(path, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw error;
  if (status !== 0) {
    console.error(`\n${tool} ${args.join(' ')} failed`);
    process.exit(status ?? 1);
  }
}
