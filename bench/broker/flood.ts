import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Clients that publish as fast as the broker takes it, in a process of their own. */
export class Flood implements Disposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when all of them publish. */
  static async start(url: string, clients: number): Promise<Flood> {
    const program = fileURLToPath(new URL('flood-process.ts', import.meta.url));
    const child = fork(program, [url, String(clients)]);
    await once(child, 'message');
    return new Flood(child);
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }
}
