import { UsageError } from '../command-error.js';

/**
 * Sets one place of a JSON value: `content.parameters.items.0.price=5`. What stands behind `=` is JSON, else text. All of the way must
 * be there, but for the last key of an object. Gives the path, where that was not there before.
 * @throws UsageError that names the place which is not there
 */
export function setIn(value: unknown, assignment: string): string | undefined {
  const [, path = '', text = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
  if (path === '') throw new UsageError(`--set cannot be read: '${assignment}'. Write path=value.`);
  const keys = path.split('.');
  const last = keys.pop() as string;
  let place = value;
  for (const [index, key] of keys.entries()) {
    if (!isInside(place, key)) throw missing(path, keys.slice(0, index + 1));
    place = (place as Record<string, unknown>)[key];
  }
  if (typeof place !== 'object' || place === null || !mayHold(place, last))
    throw missing(path, [...keys, last]);
  const isNew = !Object.hasOwn(place, last);
  (place as Record<string, unknown>)[last] = parsed(text);
  return isNew ? path : undefined;
}

function isInside(place: unknown, key: string): boolean {
  return typeof place === 'object' && place !== null && Object.hasOwn(place, key);
}

/** A list has its places and the one behind them; an object takes any key but the one that is none. */
function mayHold(place: object, key: string): boolean {
  if (Array.isArray(place)) return /^\d+$/.test(key) && Number(key) <= place.length;
  return key !== '__proto__';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function missing(path: string, way: readonly string[]): UsageError {
  return new UsageError(`--set ${path}: the body has no ${way.join('.')}.`);
}
