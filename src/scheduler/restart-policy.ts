import { duration, finiteNumber, wholeNumber } from '../common/numbers.js';

/** When and how often a thread that failed is created again. */
export interface RestartPolicy {
  /** Pause before the first restart, in milliseconds, from 1 on. @default 1_000 */
  readonly minDelayMs?: number | undefined;
  /** The longest pause, in milliseconds, from 1 on. @default 30_000 */
  readonly maxDelayMs?: number | undefined;
  /** What each further pause is multiplied by, from 1 on. @default 2 */
  readonly factor?: number | undefined;
  /**
   * Restarts in a row before the thread has failed for good. A thread that ran for longer than `maxDelayMs`
   * starts a new row. @default Infinity
   */
  readonly maxRestarts?: number | undefined;
}

/**
 * The policy, if it is one.
 * @param owner whose it is, for people.
 * @throws ConfigurationError
 */
export function checkedPolicy(owner: string, policy: RestartPolicy): RestartPolicy {
  const { minDelayMs, maxDelayMs, factor, maxRestarts } = policy;
  const setting = (name: string): string => `${owner}: restartPolicy.${name}`;
  if (minDelayMs !== undefined) duration(setting('minDelayMs'), minDelayMs, { min: 1 });
  if (maxDelayMs !== undefined) duration(setting('maxDelayMs'), maxDelayMs, { min: 1 });
  if (factor !== undefined) finiteNumber(setting('factor'), factor, { min: 1 });
  if (maxRestarts !== undefined && maxRestarts !== Infinity) wholeNumber(setting('maxRestarts'), maxRestarts);
  return policy;
}

/**
 * Counts the restarts of one thread and says how long to pause before the next.
 *
 * The pauses have jitter (between half and whole), so that a hundred components which lost the same broker
 * do not come back in the same instant.
 */
export class RestartBudget {
  readonly #policy: { readonly [Setting in keyof RestartPolicy]-?: number };
  readonly #now: () => number;
  readonly #random: () => number;
  #used = 0;
  #runningSince = Number.POSITIVE_INFINITY;

  constructor(
    policy: RestartPolicy,
    now: () => number = () => performance.now(),
    random: () => number = Math.random,
  ) {
    this.#policy = {
      minDelayMs: policy.minDelayMs ?? 1_000,
      maxDelayMs: policy.maxDelayMs ?? 30_000,
      factor: policy.factor ?? 2,
      maxRestarts: policy.maxRestarts ?? Number.POSITIVE_INFINITY,
    };
    this.#now = now;
    this.#random = random;
  }

  /** The thread is up: from now on its time counts. */
  created(): void {
    this.#runningSince = this.#now();
  }

  /** Milliseconds to pause, or nothing when the budget is spent. */
  spend(): number | undefined {
    const { minDelayMs, maxDelayMs, factor, maxRestarts } = this.#policy;
    if (this.#now() - this.#runningSince > maxDelayMs) this.#used = 0;
    this.#runningSince = Number.POSITIVE_INFINITY;
    if (this.#used >= maxRestarts) return undefined;
    const pauseMs = Math.min(maxDelayMs, minDelayMs * factor ** this.#used);
    this.#used += 1;
    return pauseMs * (0.5 + this.#random() / 2);
  }
}
