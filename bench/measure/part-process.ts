import type { ChildProcess } from 'node:child_process';
import type { Assignment, Role } from '../candidates/part.js';
import type { Answer, Command, PartReport } from './commands.js';
import { launch } from './launch.js';

/** Whoever takes longer has lost a message, and would be waited for in vain. */
const LIMIT_MS = 600_000;

/** A process of a candidate, fresh for one run. It ends when this process does. */
export class PartProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #what: string;

  private constructor(child: ChildProcess, what: string) {
    this.#child = child;
    this.#what = what;
  }

  /**
   * Starts it, from the compiled bench where it is compiled, and resolves when it is connected.
   *
   * @param nodeOptions for node, such as `--cpu-prof`.
   * @throws Error with what went wrong in the process; it has ended then.
   */
  static async open(
    compiled: string,
    candidate: string,
    role: Role,
    assignment: Assignment,
    nodeOptions: readonly string[],
  ): Promise<PartProcess> {
    const child = launch(compiled, candidate, role, assignment, nodeOptions);
    const part = new PartProcess(child, `${candidate}/${role}`);
    try {
      await part.#answer();
      return part;
    } catch (error) {
      await part[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Moves messages or makes calls; resolves when all are done. @throws Error with what went wrong in the process. */
  async run(count: number): Promise<void> {
    await this.#ask({ ask: 'run', count });
  }

  /** Counts CPU time from here. */
  async begin(): Promise<void> {
    await this.#ask({ ask: 'begin' });
  }

  /** What happened since {@link begin}. */
  async report(): Promise<PartReport> {
    const { report } = (await this.#ask({ ask: 'report' })) as { report: PartReport };
    return report;
  }

  /** Lets it finish and disconnect. */
  async close(): Promise<void> {
    await this.#ask({ ask: 'close' });
  }

  /** Ends the process, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await gone;
  }

  async #ask(command: Command): Promise<Answer> {
    const answer = this.#answer();
    this.#child.send(command);
    return await answer;
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${this.#what} ended before it was done.`));
      const late = (): void =>
        reject(new Error(`${this.#what} was not done in ${LIMIT_MS / 60_000} minutes.`));
      const limit = setTimeout(late, LIMIT_MS);
      this.#child.once('exit', ended);
      this.#child.once('message', (answer: Answer) => {
        clearTimeout(limit);
        this.#child.off('exit', ended);
        if ('error' in answer) reject(new Error(`${this.#what}: ${answer.error}`));
        else resolve(answer);
      });
    });
  }
}
