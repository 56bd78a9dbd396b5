import { setTimeout as delay } from 'node:timers/promises';

/** How `until` waits. */
export interface UntilOptions {
  /** What is waited for, as the error names it: "the queue is empty". */
  readonly what: string;
  /** How long to wait. @default 20_000 */
  readonly limitMs?: number;
  /** How long to rest between two looks. @default 20 */
  readonly everyMs?: number;
}

type Falsy = false | 0 | '' | null | undefined;

/**
 * Looks again and again until `condition` gives something truthy, and resolves with that. A condition
 * that throws counts as "not yet"; its last error becomes the `cause` of ours.
 *
 * @throws Error naming `what`, the limit and the last value seen, when the limit is over.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, limitMs = 20_000, everyMs = 20 }: UntilOptions,
): Promise<Exclude<T, Falsy>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = await look(condition);
    if ('value' in seen && seen.value) return seen.value as Exclude<T, Falsy>;
    if (performance.now() >= end) throw tooLate(what, limitMs, seen);
    await delay(everyMs);
  }
}

type Seen<T> = { readonly value: T } | { readonly error: unknown };

async function look<T>(condition: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}

function tooLate<T>(what: string, limitMs: number, seen: Seen<T>): Error {
  const last = 'value' in seen ? `last seen: ${String(seen.value)}` : `last error: ${String(seen.error)}`;
  const options = 'error' in seen ? { cause: seen.error } : {};
  return new Error(`Waited ${limitMs} ms in vain until ${what} (${last})`, options);
}
