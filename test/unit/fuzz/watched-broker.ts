import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const mebibyte = 2 ** 20;

/** Far above what an idle broker takes (some 90 MiB), far below what one leaking attack makes of it. */
const memoryLimitBytes = 600 * mebibyte;

/** What the process takes of memory: in all, and of it for JavaScript's objects. */
interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
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
    const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
    return new WatchedBroker(child, url);
  }

  /** Throws when the process takes more memory than it should, or is no more. */
  async assertModest(): Promise<void> {
    const { rssBytes } = await this.#memory();
    assert.ok(rssBytes < memoryLimitBytes, `The broker takes ${inMebibytes(rssBytes)}`);
  }

  /** What it takes of memory, for people. */
  async memory(): Promise<string> {
    const { rssBytes, heapBytes } = await this.#memory();
    return `${inMebibytes(rssBytes)}, heap ${inMebibytes(heapBytes)}`;
  }

  /** Throws with its last words when it is no more. */
  #memory(): Promise<Memory> {
    if (this.#hasEnded) return Promise.reject(this.#lastWords());
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(this.#lastWords());
      this.#child.once('exit', fail).once('message', (memory) => {
        this.#child.off('exit', fail);
        resolve(memory as Memory);
      });
      this.#child.send('memory');
    });
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #lastWords(): Error {
    return new Error(
      `The broker is no more: ${this.#child.exitCode ?? this.#child.signalCode}\n${this.#stderr}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (!this.#hasEnded) await once(this.#child, 'exit');
  }
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / mebibyte)} MiB`;
}
