import { EventEmitter } from 'node:events';
import type { Logger } from '../logger.js';
import { inOwnContext } from './own-context.js';
import { toError } from './thrown.js';
import { isPromiseLike } from './when-done.js';

/**
 * An emitter whose listeners do no harm: what one throws, or its promise rejects with, is logged, and the others hear of it all
 * the same. Each is told in an asynchronous context of its own. There may be any number of them.
 */
export function harmlessEmitter<Events extends { [Name in keyof Events]: readonly unknown[] }>(
  logger: Logger,
): EventEmitter<{ [Name in keyof Events]: [...Events[Name]] }> {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  emitter.emit = (name, ...told: unknown[]): boolean => {
    const report = (thrown: unknown): void =>
      logger.error(`A listener to '${String(name)}' has thrown: ${toError(thrown).message}`);
    const listeners = emitter.rawListeners(name);
    for (const listener of listeners) tell(() => listener.apply(emitter, told), report);
    return listeners.length > 0;
  };
  return emitter as EventEmitter<{ [Name in keyof Events]: [...Events[Name]] }>;
}

function tell(listener: () => unknown, report: (thrown: unknown) => void): void {
  try {
    const returned = inOwnContext(listener);
    if (isPromiseLike(returned)) void Promise.resolve(returned).catch(report);
  } catch (thrown) {
    report(thrown);
  }
}
