import { types } from 'node:util';
import { ConfigurationError } from '../errors.js';

/**
 * Calling a generator function runs nothing: it gives a generator, which somebody would have to go through. As a handler it
 * would never run, and its message would be taken for done.
 */

/** @throws ConfigurationError for a generator function, where it can be seen that it is one. @param what for people: whose it is */
export function refuseGenerator(handler: unknown, what: string): void {
  if (types.isGeneratorFunction(handler))
    throw new ConfigurationError(`${what} is a generator function. ${advice}`);
}

/** Gives back what a handler returned. @throws ConfigurationError for a generator, also of a function that was compiled down */
export function refuseGenerated<T>(returned: T): T {
  if (isGenerator(returned))
    throw new ConfigurationError(`It returned a generator, so nothing has run. ${advice}`);
  return returned;
}

/** True for what a generator function gives, asynchronous or not. */
export function isGenerator(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (types.isGeneratorObject(value)) return true;
  const { next, throw: raise, return: end } = value as Partial<Generator>;
  return [next, raise, end].every((method) => typeof method === 'function');
}

const advice = 'Nobody goes through it: write a plain or an async function, without the *.';
