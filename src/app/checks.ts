import { ConfigurationError } from '../errors.js';

/** The value, if it is a whole number from 1 on. @throws ConfigurationError naming it */
export function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ConfigurationError(`${name} must be a whole number from 1 on, and is ${value}.`);
}

/** The value, if it is a number of milliseconds; `Infinity` is one. @throws ConfigurationError naming it */
export function duration(name: string, value: number): number {
  if (value >= 0) return value;
  throw new ConfigurationError(`${name} must be a number of milliseconds, and is ${value}.`);
}

/** One or several, as a list. @throws ConfigurationError when there is none, or one is empty */
export function routeList(routes: string | readonly string[]): readonly string[] {
  const list = [routes].flat();
  if (list.length > 0 && list.every((each) => typeof each === 'string' && each !== '')) return list;
  throw new ConfigurationError('A route needs at least one name, and no name may be empty.');
}

/** The handler, if it is a function (AW-C23). @throws TypeError */
export function callable<Handler>(handler: Handler, route: string): Handler {
  if (typeof handler === 'function') return handler;
  throw new TypeError(`${route}: the handler must be a function, and is ${typeof handler}.`);
}
