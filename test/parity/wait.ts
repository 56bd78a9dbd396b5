import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/until.js';

/** How long a condition may take before a behaviour is given up, on a slow and busy machine. */
const limitMs = 10_000;

/** Resolves with the first truthy answer of `check`. Throws, naming `what`, when none comes within the limit. */
export async function waitFor<T>(what: string, check: () => T | Promise<T>): Promise<NonNullable<T>> {
  return (await until(check, { what, limitMs, everyMs: 2 })) as NonNullable<T>;
}

/** The promise's value, or an error that names `what` when it does not settle within the limit. */
export async function within<T>(what: string, promise: Promise<T>, forMs = limitMs): Promise<T> {
  const alarm = new AbortController();
  const late = delay(forMs, undefined, { signal: alarm.signal }).then(() => {
    throw new Error(`Waited ${forMs} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    alarm.abort();
    late.catch(() => undefined);
  }
}
