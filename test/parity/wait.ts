import { setTimeout as delay } from 'node:timers/promises';

/** How long a condition may take before a behaviour is given up, on a slow and busy machine. */
const limitMs = 10_000;

/** Resolves with the first truthy answer of `check`. Throws, naming `what`, when none comes within the limit. */
export async function until<T>(what: string, check: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await check();
    if (answer) return answer as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for ${what}`);
    await delay(2);
  }
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
