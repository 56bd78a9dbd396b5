import { startTimer } from '../../common/timers.js';
import type { NodeAnswer } from '../common/facts.js';
import type { SilentNode } from '../common/nameplate.js';

/** So long nothing has come, and nobody is known who has not answered: then nobody else will. */
const usualStallMs = 400;
const leastMs = 800;

/** Anybody may tell that somebody is there. */
const mostPresent = 5_000;

/** When a roll call ends. */
export interface RollLimits {
  /** Whom one waits for: the ids of processes; undefined where that is learned on the way. */
  readonly expected: ReadonlySet<string> | undefined;
  readonly timeoutMs: number;
}

/** The answers to one question, as they come. */
export class Roll<Told> {
  readonly done: Promise<readonly NodeAnswer<Told>[]>;
  readonly #answers = new Map<string, NodeAnswer<Told>>();
  readonly #present = new Map<string, SilentNode>();
  readonly #expected: ReadonlySet<string> | undefined;
  #isStalled = false;
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

  /** Those who are there, and have not answered. */
  get silent(): readonly SilentNode[] {
    return [...this.#present.values()].filter(({ id }) => !this.#answers.has(id));
  }

  /** Somebody has answered; the first time counts. */
  take(answer: NodeAnswer<Told>): void {
    if (!this.#answers.has(answer.node.id)) this.#answers.set(answer.node.id, answer);
    if (!this.#expected) this.#note();
    else if ([...this.#expected].every((id) => this.#answers.has(id))) this.end();
  }

  /** Somebody is there, as the broker tells, and is to answer. */
  expect(node: SilentNode): void {
    if (this.#present.size < mostPresent) this.#present.set(node.id, node);
    this.#note();
  }

  /** Nobody else is waited for. */
  end(): void {
    this.#stopLimit();
    clearTimeout(this.#stall);
    this.#end();
  }

  /** Something has come: when nothing else does, it ends, with the answer of the last who is there. */
  #note(): void {
    clearTimeout(this.#stall);
    const since = performance.now() - this.#begunAt;
    const restMs = this.#isStalled ? 0 : Math.max(usualStallMs, leastMs - since);
    this.#stall = setTimeout(() => this.#endWhenWhole(), restMs);
  }

  #endWhenWhole(): void {
    this.#isStalled = true;
    if (this.silent.length === 0) this.end();
  }
}
