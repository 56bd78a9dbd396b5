import { types } from 'node:util';

/**
 * What JSON leaves `{}` of without a word: the state of many built-in objects is not in their properties, so it would be lost.
 * Instances of users' classes are not among them, though they may be empty; nor is what has a `toJSON`.
 */

/** What such a value is and what to do, for people; undefined for all others. Looks at this value alone. */
export function leftOut(value: object): string | undefined {
  if (isError(value)) return tell('error', 'nothing that it says', 'its message');
  if (types.isMap(value)) return hasObjectKeys(value) ? objectKeys : undefined;
  if (types.isAnyArrayBuffer(value) || types.isDataView(value))
    return tell(tagOf(value), 'nothing', 'a Buffer of it');
  // n.b. promises are refused elsewhere: somebody must listen to them.
  if (types.isSet(value) || types.isPromise(value) || Array.isArray(value) || isKnown(value))
    return undefined;
  const isEmpty = tagOf(value) !== 'Object' && Object.keys(value).length === 0;
  return isEmpty ? tell(tagOf(value), 'nothing', 'what you need of it as plain data') : undefined;
}

/**
 * The same for the instance of a class and all within it, where it was made plain: what its class keeps at home, or says in its
 * own way, is left alone.
 */
export function leftOutOf(value: object, plain: object): string | undefined {
  const left = leftOut(value);
  if (left !== undefined && !saysItself(value, plain)) return left;
  for (const [key, part] of partsOf(value)) {
    const made: unknown = (plain as Readonly<Record<PropertyKey, unknown>>)[key];
    if (!isObject(part) || !isObject(made) || made === part) continue;
    const found = leftOutOf(part, made);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True where decorators of class-transformer have made something of it. */
function saysItself(value: object, plain: object): boolean {
  if (isError(value)) return 'message' in plain;
  return !types.isMap(value) && Object.keys(plain).length > 0;
}

/** By the names that their plain data has them under. */
function partsOf(value: object): Iterable<readonly [key: PropertyKey, part: unknown]> {
  if (types.isMap(value)) return Array.from(value, ([key, part]) => [String(key), part] as const);
  if (types.isSet(value)) return [...value].entries();
  return ArrayBuffer.isView(value) ? [] : Object.entries(value);
}

/** JSON says them in its own way, and all of them. */
function isKnown(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isDate(value) ||
    (types.isBoxedPrimitive(value) && !types.isSymbolObject(value))
  );
}

function isError(value: object): boolean {
  return types.isNativeError(value) || value instanceof Error;
}

function hasObjectKeys(map: ReadonlyMap<unknown, unknown>): boolean {
  return [...map.keys()].some(isObject);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tell(what: string, left: string, advice: string): string {
  const article = /^[aeio]/i.test(what) ? 'an' : 'a';
  return `${article} ${what}, of which JSON leaves ${left}: send ${advice}`;
}

const objectKeys = tell('Map with keys that are objects', 'no keys', 'a list of its entries');

/** What the language, or the platform, calls it: `RegExp`, `Headers`. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
