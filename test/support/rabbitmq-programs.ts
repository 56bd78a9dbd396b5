import { execFile } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export const SERVER = 'rabbitmq-server';

const VERSION_LIMIT_MS = 30_000;

/** RabbitMQ as it is installed somewhere on this machine. */
export interface RabbitmqPrograms {
  /** The folder with `rabbitmq-server`, `rabbitmqctl` and the like. */
  readonly folder: string;
  /** Their exact version: `4.3.6`. */
  readonly version: string;
}

/**
 * The exact version of the programs in a folder. A release holds its core beside them as `plugins/rabbit-<version>`; where
 * that is not so, the tool is asked, which takes a second.
 */
export async function exactVersionOf(folder: string): Promise<string> {
  const release = dirname(dirname(realpathSync(join(folder, SERVER))));
  try {
    const names = readdirSync(join(release, 'plugins'));
    const [, version] = names.flatMap((name) => /^rabbit-(\d+\.\d+\.\d+.*?)(\.ez)?$/.exec(name) ?? []);
    if (version !== undefined) return version;
  } catch {
    // Laid out otherwise.
  }
  const limit = { timeout: VERSION_LIMIT_MS, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(join(folder, 'rabbitmqctl'), ['version'], limit);
  return stdout.trim();
}
