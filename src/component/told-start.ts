import type { Logger } from '../logger.js';

/** How a queue is taken from. */
export interface Taking {
  readonly prefetch?: number | undefined;
  /** Not told where it is no number of its own, as that of batches. */
  readonly concurrency?: number | undefined;
}

/** Tells the log, as a line that nobody must read, what a component takes messages from. */
export function tellStart(logger: Logger, component: string, queue: string, taking: Taking): void {
  const { prefetch, concurrency = Number.POSITIVE_INFINITY } = taking;
  const atOnce = Number.isFinite(concurrency) ? [`${concurrency} at once`] : [];
  const details = [...atOnce, ...(prefetch === undefined ? [] : [`prefetch ${prefetch}`])].join(', ');
  logger.info(`${component} takes from '${queue}'${details && ` (${details})`}.`, { component, queue });
}
