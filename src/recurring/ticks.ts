import type { Cron } from 'croner';
import { requireInstalled } from '../common/installed.cjs';
import { duration } from '../common/numbers.js';
import { ConfigurationError, toError } from '../errors.js';

/** When something recurs. */
export type When =
  | {
      /** So often, in milliseconds from 1,000 on, counted from 1970: every hour is on the hour (UTC), whenever a process began. */
      readonly everyMs: number;
    }
  /** By a cron expression of five fields, or six with seconds first. It needs the package `croner`. */
  | {
      /** The expression: minute, hour, day of month, month, day of week; seconds may stand in front. */
      readonly cron: string;
      /** The time zone that the expression is read in, such as `Europe/Berlin`: by day-saving time there is a tick less, or none more. @default UTC */
      readonly timeZone?: string | undefined;
    };

/** The moments of something that recurs, in milliseconds since 1970. */
export interface Ticks {
  /** The first one after a moment; `Infinity` where there is none. */
  next(after: number): number;
}

/** @param owner whose they are, for people. @throws ConfigurationError for what is no time, and where `croner` is needed and not installed */
export function ticksOf(owner: string, when: When): Ticks {
  if ('cron' in when) return cronTicks(owner, when);
  const everyMs = duration(`${owner}: everyMs`, when.everyMs, { min: 1_000 });
  return { next: (after) => (Math.floor(after / everyMs) + 1) * everyMs };
}

function cronTicks(owner: string, { cron, timeZone = 'UTC' }: Extract<When, { cron: string }>): Ticks {
  const { Cron: Pattern } = croner(owner);
  try {
    const pattern: Cron = new Pattern(cron, { timezone: timeZone, paused: true });
    const next = (after: number): number => pattern.nextRun(new Date(after))?.getTime() ?? Infinity;
    // An unknown time zone is told by the first question.
    next(0);
    return { next };
  } catch (thrown) {
    throw new ConfigurationError(
      `${owner}: '${cron}' in time zone '${timeZone}' says no time: ${toError(thrown).message}`,
      { cause: thrown },
    );
  }
}

function croner(owner: string): { readonly Cron: typeof Cron } {
  try {
    return requireInstalled('croner');
  } catch (thrown) {
    throw new ConfigurationError(
      `${owner}: a cron expression needs what is not installed. Run: npm install croner`,
      { cause: thrown },
    );
  }
}
