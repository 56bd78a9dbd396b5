import { AsyncLocalStorage } from 'node:async_hooks';
import { sharedByCopies } from '../common/shared-by-copies.js';
import { DeadlineError } from '../errors.js';
import type { CallOptions } from '../rpc/index.js';
import type { DeliveryContext } from './delivery-context.js';

/** What of the message whose handler runs holds for what it sends and calls. */
interface Scope extends Pick<DeliveryContext, 'remainingMs' | 'headers'> {
  readonly signal: AbortSignal | undefined;
}

const scopes = sharedByCopies('scopes', () => new AsyncLocalStorage<Scope | undefined>());

/** So much is left to a handler to answer after a call of its own has taken all its time. */
const slackMs = 5;

/** Runs a handler, so that what it calls ends when it must. */
export function inScope<T>(context: DeliveryContext, work: () => T): T {
  return scopes.run(context, work);
}

/**
 * Runs something outside of the handler that has begun it: what is called there has its own time, and is not given up when the handler is.
 * For work that must be done whoever still waits for it: `detached(() => audit.rpc_note(order))`.
 */
export function detached<T>(work: () => T): T {
  return scopes.run(undefined, work);
}

/** Runs something in whose scope is nothing but the headers that carry a trace. @see handledHeaders */
export function scopedByTrace<T>(headers: Scope['headers'], work: () => T): T {
  return scopes.run({ headers, remainingMs: undefined, signal: undefined }, work);
}

/** A call's options within the handler that makes it. @throws DeadlineError when nobody waits for the handler any more */
export function withinScope(name: string | null, options: CallOptions): CallOptions {
  const context = scopes.getStore();
  if (!context) return options;
  const { remainingMs, signal } = context;
  if (remainingMs === undefined) return { ...options, scope: signal };
  const leftMs = remainingMs - slackMs;
  if (leftMs < 1) throw nobodyWaits(name);
  return { ...options, timeoutMs: Math.min(options.timeoutMs, leftMs), scope: signal };
}

/** The headers of the message whose handler runs; undefined outside of handlers. */
export function handledHeaders(): DeliveryContext['headers'] | undefined {
  return scopes.getStore()?.headers;
}

/** For a message that is of use only while somebody waits for the handler. @throws DeadlineError when nobody does */
export function assertWithinDeadline(name: string | null): void {
  const remainingMs = scopes.getStore()?.remainingMs;
  if (remainingMs !== undefined && remainingMs < 1) throw nobodyWaits(name);
}

function nobodyWaits(name: string | null): DeadlineError {
  return new DeadlineError(
    `The time of the call that is handled is over: nobody waits for '${name ?? 'this message'}', and nothing was sent.`,
  );
}
