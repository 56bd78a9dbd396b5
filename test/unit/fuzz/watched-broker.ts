import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const mebibyte = 2 ** 20;

/** Far above what an idle broker takes (some 90 MiB), far below what one leaking attack makes of it. */
const memoryLimitBytes = 600 * mebibyte;

interface Answer {
  readonly url?: string;
  readonly rssBytes?: number;
}

/** A child that may not use more heap than this: a leak ends it, and that is seen. */
const heapLimit = '--max-old-space-size=256';

/** The embedded broker in a child process, under watch. */
export class WatchedBroker implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  #stderr = '';

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    child.stderr?.on('data', (text: Buffer) => {
      this.#stderr += text.toString();
    });
  }

  static async start(): Promise<WatchedBroker> {
    const program = fileURLToPath(new URL('broker-process.ts', import.meta.url));
    const execArgv = [...process.execArgv.filter((arg) => !arg.startsWith('--test')), heapLimit];
    const child = fork(program, { execArgv, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    const [{ url }] = (await once(child, 'message')) as [Answer];
    return new WatchedBroker(child, url ?? '');
  }

  /** Throws when the process takes more memory than it should, or is no more. */
  async assertModest(): Promise<void> {
    const rss = await this.rssBytes();
    assert.ok(rss < memoryLimitBytes, `The broker takes ${Math.round(rss / mebibyte)} MiB`);
  }

  /** What the process takes of memory. Throws with its last words when it is no more. */
  async rssBytes(): Promise<number> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      throw new Error(
        `The broker is no more: ${this.#child.exitCode ?? this.#child.signalCode}\n${this.#stderr}`,
      );
    }
    this.#child.send('memory');
    const [{ rssBytes }] = (await once(this.#child, 'message')) as [Answer];
    return rssBytes ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}
