import type { DrainReport } from '../amqp/index.js';
import { DrainError } from '../scheduler/index.js';

/** Says that a drain has run out, where it has. @throws DrainError */
export function assertDrained(name: string, { unfinished }: DrainReport, timeoutMs: number): void {
  if (unfinished === 0) return;
  throw new DrainError(
    `${name}: ${unfinished} messages were not finished in ${timeoutMs} ms and go back to their queues.`,
  );
}
