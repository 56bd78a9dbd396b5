import { MalformedMessageError } from '../errors.js';
import type { Body } from './message.js';

/** An envelope as it came from the wire, checked: the six keys are there and of the right kind. */
export type ReceivedBody = Body<Readonly<Record<string, unknown>>>;

/**
 * Takes decoded data as an envelope. `fingerprint` and `_reserved` may be missing and are then `{}`; keys that are
 * not known are ignored.
 * @throws MalformedMessageError naming what is wrong: category, type, name and content must be there.
 */
export function readBody(value: unknown): ReceivedBody {
  if (!isRecord(value)) throw new MalformedMessageError('The body is not an object.');
  const { type, name, category, content, version } = value;
  if (typeof type !== 'string' || typeof category !== 'string') {
    throw new MalformedMessageError(
      "The body lacks 'type' or 'category': it is no message of Waybill's. A component that takes others says so, as by static wire = plainJson().",
    );
  }
  if (typeof name !== 'string' && name !== null) throw new MalformedMessageError("The body lacks a 'name'.");
  if (!isRecord(content)) throw new MalformedMessageError("The body lacks a 'content' that is an object.");
  return {
    type,
    name,
    category,
    version: typeof version === 'string' || typeof version === 'number' ? String(version) : '2',
    fingerprint: recordOrEmpty(value['fingerprint']),
    content,
    _reserved: recordOrEmpty(value['_reserved']),
  };
}

/** A deep copy of plain JSON data, so that what one handler changes no other handler sees. */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const part = copyJson((value as Record<string, unknown>)[key]);
    // Our encoders refuse this key, somebody else's may not; by assignment it would become the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { ...ownProperty, value: part });
    else copy[key] = part;
  }
  return copy as T;
}

/** True for a JSON object: not null, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const ownProperty = { enumerable: true, configurable: true, writable: true };

function recordOrEmpty(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
