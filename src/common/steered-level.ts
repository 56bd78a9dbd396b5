/** How much a logger may tell, the most first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

let steered: { readonly rank: number; readonly until: number } | undefined;

/** Has this process tell more, or less, for a while: what its default logger writes, and whether there is a line for each message. */
export function steerLogLevel(level: LogLevel, forMs: number): void {
  steered = { rank: ranks[level], until: performance.now() + forMs };
}

/** Whether something of this level is told now. @param usual what is told where nobody has steered that */
export function isTold(level: LogLevel, usual: LogLevel): boolean {
  if (steered && steered.until < performance.now()) steered = undefined;
  return ranks[level] >= (steered?.rank ?? ranks[usual]);
}
