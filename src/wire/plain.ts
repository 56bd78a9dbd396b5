import { types } from 'node:util';
import { isGenerator } from '../common/generators.js';
import { EncodingError, isWaybillError, toError } from '../errors.js';
import { instanceToPlain } from './instances.js';
import { leftOut, leftOutOf } from './left-out.js';
import { troubleIn } from './trouble.js';

/**
 * Plain data for the wire. Instances of classes, at any depth, go through class-transformer, so that `@Expose`, `@Exclude` and
 * `@Transform` hold; within one class-transformer alone decides. What makes its own JSON is asked for it (`toJSON`), and
 * everything else is left to JSON. What is plain already is given back as it is.
 * @param name what it is, for people: the path of what cannot be sent begins with it
 * @throws EncodingError for what would not arrive as it is meant: a function, a promise, a generator, a circle, what JSON leaves `{}`
 *   of (an Error, a RegExp, Headers, an ArrayBuffer), something that throws when it is looked at
 */
export function toPlain<T>(value: T, name = 'data'): T {
  sendable(value);
  if (typeof value !== 'object' || value === null) return value;
  try {
    return plainOf(value) as T;
  } catch (thrown) {
    if (isWaybillError(thrown) && !isWaybillError(thrown, 'ENCODING')) throw thrown;
    const why = toError(thrown).message;
    const where = troubleIn(value, name) ?? why;
    const text = where.includes(why) ? where : `${where} (${why})`;
    throw new EncodingError(`It cannot be sent as JSON: ${text}.`, { cause: thrown });
  }
}

/** Gives a value back. @throws EncodingError for one that JSON would leave out without a word, so that there would be no value */
export function sendable<T>(value: T): T {
  if (hasNoJson(value)) throw new EncodingError(`A ${typeof value} cannot be sent.`);
  if (typeof value !== 'object' || value === null || !deniesItsJson(value)) return value;
  throw new EncodingError(
    'What says that it has no JSON cannot be sent: its toJSON must give a value, or null.',
  );
}

/** What fails here fails again when all of it is looked at, where its place is told. */
function deniesItsJson(value: object): boolean {
  try {
    if (isLeaf(value) || !ownsItsJson(value)) return false;
    const told = value.toJSON('');
    return told === undefined || hasNoJson(told);
  } catch {
    return false;
  }
}

function hasNoJson(value: unknown): boolean {
  return typeof value === 'function' || typeof value === 'symbol';
}

function plainOf(value: object): unknown {
  if (Array.isArray(value)) return plainList(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return plainRecord(value);
  refuseUnfinished(value);
  if (isLeaf(value)) return said(value, leftOut(value));
  if (ownsItsJson(value)) return plainJson(value);
  // What class-transformer makes is plain, but for what it does not wait for: promises.
  const plain = instanceToPlain(value);
  return plainOf(said(plain, leftOutOf(value, plain)));
}

/** Gives a value back. @throws EncodingError where something would be left out */
function said<T>(value: T, trouble: string | undefined): T {
  if (trouble === undefined) return value;
  throw new EncodingError(trouble);
}

/** Bytes, dates and the like: JSON says them in its own way, and nothing of a user is in them. */
function isLeaf(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isBoxedPrimitive(value)
  );
}

interface OwnJson {
  toJSON(key: string): unknown;
}

function ownsItsJson(value: object): value is OwnJson {
  return typeof (value as Partial<OwnJson>).toJSON === 'function';
}

/** Left to whoever encodes, unless there are instances in what it says of itself. */
function plainJson(value: OwnJson): unknown {
  const told = value.toJSON('');
  if (typeof told !== 'object' || told === null) return value;
  const json = told === value ? { ...value, toJSON: undefined } : told;
  const plain = plainOf(json);
  return plain === json ? value : plain;
}

function plainList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let at = 0; at < list.length; at++) {
    const given = list[at];
    if (typeof given !== 'object' || given === null) continue;
    const plain = plainOf(given);
    if (plain === given) continue;
    copy ??= [...list];
    copy[at] = plain;
  }
  return copy ?? list;
}

// n.b. nearly all that is sent is such objects, so nothing is asked of them but what they hold.
function plainRecord(value: object): unknown {
  const record = value as Readonly<Record<string, unknown>>;
  let copy: object | undefined;
  for (const key in record) {
    const given = record[key];
    if (typeof given === 'function' && key === 'then') refuseUnfinished(value);
    if (typeof given === 'function' && key === 'toJSON') return plainJson(value as OwnJson);
    if (typeof given !== 'object' || given === null) continue;
    const plain = plainOf(given);
    if (plain === given) continue;
    copy ??= { ...record };
    // By an assignment a key '__proto__' would become the prototype.
    Object.defineProperty(copy, key, { value: plain, enumerable: true, configurable: true, writable: true });
  }
  return copy ?? record;
}

/** n.b. a promise that is dropped here may reject later: nobody would listen, and that ends the process. */
function refuseUnfinished(value: object): void {
  if (types.isPromise(value)) void Promise.prototype.catch.call(value, () => {});
  const { then } = value as { readonly then?: unknown };
  if (typeof then === 'function' || isGenerator(value))
    throw new EncodingError('what is not there yet cannot be sent');
}
