import { duration, shown } from '../common/numbers.js';
import { ConfigurationError } from '../errors.js';
import { longestDelayMs } from './ladder.js';

/** When a message is to arrive. Of the two one may be said. */
export interface DelaySettings {
  /**
   * How long the message is kept back, in milliseconds up to 268,435,455,000 (eight and a half years): it is stored at the broker, arrives
   * that much later, and never earlier. Counted in whole seconds, rounded up. See docs/delays.md. @default 0: at once
   */
  readonly delayMs?: number | undefined;
  /** When the message is to arrive at the earliest, by the clock of this process; what is past is now. See {@link delayMs}. @default now */
  readonly at?: Date | undefined;
}

/** The time at which one message is due. */
export class Due {
  readonly #end: number;

  /** @param delayMs from now on */
  constructor(delayMs: number) {
    this.#end = performance.now() + delayMs;
  }

  /** How many milliseconds are left. 0 when it is due. */
  get restMs(): number {
    return Math.max(0, this.#end - performance.now());
  }

  /** How many whole seconds are left, rounded up: it must not come earlier. 0 when it is due. */
  get seconds(): number {
    return Math.max(0, Math.ceil((this.#end - performance.now()) / 1_000));
  }
}

/**
 * When a message is due; undefined where that is now, so that nothing is to be done.
 * @param owner whose message it is, for people.
 * @throws ConfigurationError for both of the two, for what is no time, and for one that is too far
 */
export function dueOf(owner: string, { delayMs, at }: DelaySettings): Due | undefined {
  if (delayMs === undefined && at === undefined) return undefined;
  if (delayMs !== undefined && at !== undefined)
    throw new ConfigurationError(
      `${owner}: delayMs and at both say when the message is due. Say one of them. Nothing was sent.`,
    );
  const restMs =
    at === undefined
      ? duration(`${owner}: delayMs`, delayMs, { min: 0, max: longestDelayMs })
      : restUntil(owner, at);
  return restMs > 0 ? new Due(restMs) : undefined;
}

function restUntil(owner: string, at: unknown): number {
  const time = at instanceof Date ? at.getTime() : undefined;
  if (time === undefined || Number.isNaN(time))
    throw new ConfigurationError(
      `${owner}: at must be a Date and is ${time === undefined ? shown(at) : 'an invalid one'}. Nothing was sent.`,
    );
  const restMs = time - Date.now();
  if (restMs <= longestDelayMs) return restMs;
  throw new ConfigurationError(
    `${owner}: at is ${new Date(time).toISOString()}, and nothing is kept back for longer than eight and a half years. Nothing was sent.`,
  );
}
