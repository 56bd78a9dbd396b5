import { codeOf } from '../common/thrown.js';
import { messageOf, storyOf } from '../common/told-error.js';
import { WaybillError } from '../errors.js';
import { toStderr } from '../logger.js';
import type { MicroThread } from './microthread.js';

/** Where a thread failed and what becomes of it. */
export interface ThreadErrorInfo {
  /** The call that failed; `drain` includes the `stop()` before it. */
  readonly phase: 'create' | 'step' | 'drain';
  /** Milliseconds until the thread is created again; absent when it is not. */
  readonly restartInMs?: number;
}

/** A function that is called with every error of a thread. What it throws is printed and goes no further. */
export type ThreadErrorListener = (error: unknown, thread: MicroThread, info: ThreadErrorInfo) => void;

/**
 * Thrown when something did not finish draining in time, or failed at it.
 *
 * What to do: raise `timeoutMs`, or make handlers end when `context.signal` is aborted. What was not finished comes again.
 */
export class DrainError extends WaybillError {
  override readonly name = 'DrainError' as const;
  readonly code = 'DRAIN_INCOMPLETE' as const;
}

/** What a thread is called in a sentence. */
export function nameOf(thread: MicroThread): string {
  return thread.constructor.name || 'A thread';
}

/** One line for people on stderr, or a stack for an error that nobody foresaw. */
export function printThreadError(error: unknown, thread: MicroThread, info: ThreadErrorInfo): void {
  toStderr(`${nameOf(thread)} ${verdict(info)}: ${readably(error)}`);
}

function verdict({ phase, restartInMs }: ThreadErrorInfo): string {
  const what = { create: 'could not start', step: 'failed', drain: 'did not end cleanly' }[phase];
  return restartInMs === undefined ? what : `${what}, next try in ${(restartInMs / 1_000).toFixed(1)} s`;
}

/**
 * An error with a code was foreseen by whoever wrote it, so its message says what there is to say. Node's own
 * `ERR_*` codes are the exception: they mark mistakes in a program, and those are found by the stack.
 */
function readably(error: unknown): string {
  const code = codeOf(error);
  const isForeseen = typeof code === 'string' && !code.startsWith('ERR_');
  // n.b. no other field is told: an error of a client may hold its request, with the password.
  return (isForeseen && messageOf(error)) || storyOf(error);
}
