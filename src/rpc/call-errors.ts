import { cut } from '../common/foreign-text.js';
import { type CallState, ConnectionLostError, TimeoutError, type WaybillError } from '../errors.js';
import type { RunningAt } from './call-note.js';
import type { CallOptions } from './call-options.js';

/** What is known of a call that ends without an answer. */
export interface CallProgress {
  readonly name: string;
  readonly options: CallOptions;
  /** How many times it was sent. */
  readonly attempts: number;
  readonly isConnected: boolean;
  /** Whether the broker has taken the last attempt. */
  readonly isConfirmed: boolean;
  readonly wasInterrupted: boolean;
  /** Who has said that it runs it. */
  readonly server: RunningAt | undefined;
}

/** Why a call whose time is over has no answer. */
export function noAnswer(progress: CallProgress): WaybillError {
  const { name, options, attempts, isConnected, isConfirmed, wasInterrupted, server } = progress;
  const waited = `${attempts === 1 ? '1 attempt' : `${attempts} attempts`}, ${options.timeoutMs} ms together`;
  if (!isConnected) {
    return new ConnectionLostError(
      `The connection was lost and not back in time for the call '${name}' (${waited}).`,
    );
  }
  const interrupted = wasInterrupted ? ' The connection was lost meanwhile, and maybe its answer.' : '';
  const lastState = server ? 'runs' : isConfirmed ? 'confirmed' : 'not-confirmed';
  return new TimeoutError(
    `No answer to the call '${name}' in ${waited}.${interrupted} ${told(lastState, server)}`,
    {
      call: { budgetMs: options.timeoutMs, attempts, lastState, server },
    },
  );
}

function told(state: CallState, server: RunningAt | undefined): string {
  if (server)
    return `${cut(server.name)} has been running it for ${(server.forMs / 1_000).toFixed(1)} s; give it more time by timeoutMs.`;
  return state === 'confirmed'
    ? 'The broker has it; it may still have run. Is its server up, or slow?'
    : 'The broker has not confirmed it; it may still have run. Is the broker slow, or blocked by an alarm?';
}

/** Why a call ends that has lost its answer with its connection, and is not sent again. */
export function lostAnswer({ name, attempts, options: { maxRetry } }: CallProgress): WaybillError {
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return new ConnectionLostError(
    `The connection was lost while the call '${name}' waited for its answer, which cannot come any more. It was sent ` +
      `${times} and is not sent again (maxRetry ${maxRetry}). It may have run.`,
  );
}
