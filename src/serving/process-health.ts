import { Link } from '../amqp/index.js';
import { within } from '../common/timers.js';

/** Where a process is in its life. */
export type ProcessState = 'starting' | 'running' | 'paused' | 'ending';

/** What a process is asked. */
export interface Overseen {
  state(): ProcessState;
  /** True when something has failed for good, and only a new process has it again. */
  isBroken(): boolean;
  health(): Promise<{
    readonly ok: boolean;
    readonly threads: readonly { readonly name: string; readonly ok: boolean }[];
  }>;
}

/** Whether a process is ready. n.b. names only: what went wrong is for logs, which not everybody reads. */
export interface ProcessHealth {
  readonly ok: boolean;
  readonly state: ProcessState;
  /** Each thread that tells of itself, by the name of its class. */
  readonly components?: readonly { readonly name: string; readonly ok: boolean }[];
  /** Each way to a broker that somebody in this process has, by its virtual host. */
  readonly links?: readonly { readonly vhost: string; readonly ok: boolean }[];
}

/** Who is asked longer than that is not well. The broker has 2 s to answer. */
const limitMs = 3_000;

/**
 * Asks whether a process is ready: all threads of its scheduler, and all links, so that producers and what was started without a scheduler
 * count, too. However many ask at once, it is asked once.
 */
export class ProcessInquiry {
  readonly #process: Overseen;
  #asking: Promise<ProcessHealth> | undefined;

  constructor(process: Overseen) {
    this.#process = process;
  }

  /** At once where the process does not run: what ends is not ready, however well it is. Never rejects. */
  async ask(): Promise<ProcessHealth> {
    if (this.#process.state() !== 'running') return this.#notReady;
    this.#asking ??= within(this.#ask(), limitMs, () => this.#notReady)
      .catch(() => this.#notReady)
      .finally(() => {
        this.#asking = undefined;
      });
    const health = await this.#asking;
    return this.#process.state() === 'running' ? health : this.#notReady;
  }

  get #notReady(): ProcessHealth {
    return { ok: false, state: this.#process.state() };
  }

  async #ask(): Promise<ProcessHealth> {
    const asked = Link.open.map(async (link) => ({ vhost: link.vhost, ok: (await link.health()).ok }));
    const [own, links] = await Promise.all([this.#process.health(), Promise.all(asked)]);
    const components = own.threads.map(({ name, ok }) => ({ name, ok }));
    const ok = own.ok && links.every((link) => link.ok);
    return { ok, state: this.#process.state(), components, links };
  }
}
