/** Whether it has to be waited for. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/**
 * Goes on at once with what is there, and later with what a promise gives. Most handlers are plain functions: to await
 * what they return would cost more than all the rest of dispatching.
 */
export function whenDone<T, R>(value: T | PromiseLike<T>, next: (value: T) => R): R | Promise<R> {
  return isPromiseLike(value) ? Promise.resolve(value).then(next as (value: unknown) => R) : next(value);
}
