import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The embedded broker in a process of its own, as `npm run broker` gives it. */
export class EmbeddedBroker {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(): Promise<EmbeddedBroker> {
    const child = fork(fileURLToPath(new URL('embedded-process.ts', import.meta.url)));
    const [url] = (await once(child, 'message')) as [string];
    return new EmbeddedBroker(child, url);
  }

  close(): void {
    this.#child.disconnect();
  }
}
