import { Program } from '../support/child.js';
import type { Fault } from './fault-plan.js';

/** Processes of several kinds, which are killed one by one, each followed by another one of its kind. */
export class Crew implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  readonly #running: {
    readonly path: string;
    readonly args: readonly string[];
    readonly program: Program;
  }[] = [];

  /** @param url of their broker. */
  constructor(url: string) {
    this.#env = { WAYBILL_URL: url };
  }

  /** Starts one; it says `works` when it does. */
  async start(path: string, args: readonly string[]): Promise<void> {
    const program = Program.run(path, { args, env: this.#env });
    this.#running.push({ path, args, program });
    await program.waitForLine('works', 60_000);
  }

  /** The one that has lived longest is killed. */
  get killing(): Fault {
    const strike = async (): Promise<void> => {
      const oldest = this.#running.shift();
      if (!oldest) throw new Error('Nobody is there to be killed');
      await oldest.program.close();
      await this.start(oldest.path, oldest.args);
    };
    return { name: 'process killed', strike };
  }

  /** All end in good order. */
  async drain(): Promise<void> {
    for (const { program } of this.#running) program.signal('SIGTERM');
    await Promise.all(this.#running.map(({ program }) => program.waitForEnd(60_000)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map(({ program }) => program.close()));
  }
}
