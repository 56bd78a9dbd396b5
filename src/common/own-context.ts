import { AsyncResource } from 'node:async_hooks';

/** The context in which this package was loaded: that of no message and of no request. */
const root = new AsyncResource('Waybill');

/**
 * Runs something in an asynchronous context of its own, so that it sees no AsyncLocalStorage of whatever has led to it, and
 * nobody else sees what it enters (`enterWith`). What is thrown comes out of it.
 */
export function inOwnContext<T>(work: () => T): T {
  return root.runInAsyncScope(newContext).runInAsyncScope(work);
}

/** A context that begins as the present one, and in which something may be run later: what is entered there stays there. */
export function newContext(): AsyncResource {
  return new AsyncResource('WaybillContext');
}
