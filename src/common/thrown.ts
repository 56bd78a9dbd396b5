import { types } from 'node:util';
import { describe } from './described.js';
import { partOf } from './part-of.js';

/**
 * What users throw may be anything: no error at all, a Proxy, an error whose getters throw. Whoever catches it reads it by
 * these functions, which never throw.
 */

/**
 * What was thrown, as an Error whose name, message, stack and code can be read. Anything else is wrapped: its own name, message and
 * code are kept, or else a text that says what it is; the `cause` is what was thrown.
 */
export function toError(thrown: unknown): Error {
  return isReadable(thrown) ? thrown : new WrappedValue(thrown);
}

/** The `code` of an error; undefined where there is none, or what was thrown is no error. */
export function codeOf(thrown: unknown): unknown {
  try {
    return thrown instanceof Error ? (thrown as { readonly code?: unknown }).code : undefined;
  } catch {
    return undefined;
  }
}

/** The `code` of an error as text, also one that is a number; undefined for anything else. */
export function codeTextOf(error: Error): string | undefined {
  const code = codeOf(error);
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined;
}

/** What an error is called: its own name, or that of its class where it has only inherited the name of a built-in one. */
export function classNameOf(error: Error): string {
  const { name } = error;
  if (name !== '' && (!builtIn.has(name) || Object.hasOwn(error, 'name'))) return name;
  const Class = partOf(error, 'constructor');
  const className = typeof Class === 'function' ? partOf(Class, 'name') : undefined;
  return typeof className === 'string' && className !== '' ? className : name || 'Error';
}

/** Where the cause and the errors of an error are: in what was thrown itself, where that had to be wrapped. */
export function originOf(error: Error): object | undefined {
  if (!(error instanceof WrappedValue)) return error;
  return typeof error.cause === 'object' && error.cause !== null ? error.cause : undefined;
}

const builtIn = new Set(
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map(
    ({ name }) => name,
  ),
);

/** Something that was thrown and is no error that can be read. Its stack says so: one of ours would lead astray. */
class WrappedValue extends Error {
  constructor(thrown: unknown) {
    const { name, message, code, stack, whole } = describe(thrown);
    super(message, { cause: thrown });
    const noStack = `${name}: ${message}\n    (no stack: ${whole} was thrown, which is not an Error)`;
    define(this, 'name', name);
    define(this, 'stack', stack ?? noStack);
    if (code !== undefined) define(this, 'code', code);
  }
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
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
