import { startTimer } from '../../common/timers.js';
import type { NodeAnswer } from '../common/facts.js';

/** So long nothing has come, and nobody is known who has not answered: then nobody else will. */
const usualStallMs = 400;
const leastMs = 800;

/** When a roll call ends. */
export interface RollLimits {
  /** Whom one waits for: the ids of processes; undefined where that is not known. */
  readonly expected: ReadonlySet<string> | undefined;
  readonly timeoutMs: number;
}

/** The answers to one question, as they come. */
export class Roll<Told> {
  readonly done: Promise<readonly NodeAnswer<Told>[]>;
  readonly #answers = new Map<string, NodeAnswer<Told>>();
  readonly #expected: ReadonlySet<string> | undefined;
  #end!: () => void;
  readonly #stopLimit: () => void;
  #stall: NodeJS.Timeout | undefined;
  readonly #begunAt = performance.now();

  constructor({ expected, timeoutMs }: RollLimits) {
    this.#expected = expected;
    this.done = new Promise((resolve) => {
      this.#end = () => resolve([...this.#answers.values()]);
    });
    this.#stopLimit = startTimer(timeoutMs, () => this.end());
  }

  /** Somebody has answered; the first time counts. */
  take(answer: NodeAnswer<Told>): void {
    if (!this.#answers.has(answer.node.id)) this.#answers.set(answer.node.id, answer);
    if (this.#expected) {
      if ([...this.#expected].every((id) => this.#answers.has(id))) this.end();
      return;
    }
    clearTimeout(this.#stall);
    const since = performance.now() - this.#begunAt;
    this.#stall = setTimeout(() => this.end(), Math.max(usualStallMs, leastMs - since));
  }

  /** Nobody else is waited for. */
  end(): void {
    this.#stopLimit();
    clearTimeout(this.#stall);
    this.#end();
  }
}
