import { assertContentType } from '../../wire/index.js';

/**
 * Looks at how a route says that its bodies are read. A `body` that is undefined was meant to be something.
 * @param words what it may be beside a class and a Standard Schema
 * @throws ConfigurationError
 */
export function checkBody(
  what: string,
  options: { readonly body?: unknown },
  words: readonly string[],
): void {
  if (!('body' in options) || words.includes(options.body as string)) return;
  assertContentType(`${what}: body`, options.body);
}
