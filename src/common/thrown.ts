import { types } from 'node:util';

/**
 * What users throw may be anything: no error at all, a Proxy, an error whose getters throw. Whoever catches it reads it by
 * these functions, which never throw.
 */

/** What was thrown, as an Error whose name, message, stack and code can be read: anything else is wrapped, its text kept. */
export function toError(thrown: unknown): Error {
  return isReadable(thrown) ? thrown : new Error(textOf(thrown), { cause: thrown });
}

/** The `code` of an error; undefined where there is none, or what was thrown is no error. */
export function codeOf(thrown: unknown): unknown {
  try {
    return thrown instanceof Error ? (thrown as { readonly code?: unknown }).code : undefined;
  } catch {
    return undefined;
  }
}

/** n.b. reading the stack may throw, too: V8 makes it on the first look. A Proxy may answer differently each time. */
function isReadable(thrown: unknown): thrown is Error {
  try {
    if (types.isProxy(thrown) || !(thrown instanceof Error)) return false;
    const { name, message, stack = '', code: _code }: Error & { readonly code?: unknown } = thrown;
    return [name, message, stack].every((part) => typeof part === 'string');
  } catch {
    return false;
  }
}

/** An object without a prototype, or with a broken `toString`, cannot become text. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `${typeof value} without a text`;
  }
}
