import type { DrainReport, HandlerRun } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { ClosedError } from '../errors.js';
import { DrainError } from '../scheduler/index.js';

/** Why what was stopped does not start. */
export function stoppedBefore(name: string, { reason }: AbortSignal): ClosedError {
  return new ClosedError(`${name} was stopped; it does not start any more.`, { cause: reason });
}

/** More are counted only. */
const mostNamed = 5;

/** Says that a drain has run out, where it has, and which handlers were not done. @throws DrainError */
export function assertDrained(name: string, { unfinished, runs }: DrainReport, timeoutMs: number): void {
  if (unfinished === 0) return;
  const named = runs.slice(0, mostNamed).map(described).join('; ');
  const others = runs.length > mostNamed ? ` and ${runs.length - mostNamed} more` : '';
  const what = unfinished === 1 ? '1 message was' : `${unfinished} messages were`;
  const back = unfinished === 1 ? 'goes back to its queue' : 'go back to their queues';
  throw new DrainError(
    `${name}: ${what} not finished in ${timeoutMs} ms and ${back}${named && ': '}${named}${others}.`,
  );
}

function described({ queue, messageId, from, handler = 'a handler', forMs }: HandlerRun): string {
  const id = messageId === undefined ? 'a message' : `message ${cut(messageId)}`;
  return `${handler} on ${id}${from ? ` from ${from}` : ''} of '${queue}', for ${(forMs / 1_000).toFixed(1)} s`;
}
