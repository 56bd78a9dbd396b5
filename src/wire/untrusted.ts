import { MalformedMessageError } from '../errors.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/**
 * Refuses JSON that nests deeper than `maxDepth` before it is parsed: whatever walks the value later (copying,
 * class-transformer, a handler) may recurse. A body too short to nest that deep is not looked at.
 */
export function checkDepth(bytes: Buffer, maxDepth: number): void {
  if (bytes.length <= 2 * maxDepth) return;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > maxDepth)
        throw new MalformedMessageError(`The body nests deeper than ${maxDepth} levels.`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
}

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  let end = start;
  do {
    end = bytes.indexOf(QUOTE, end + 1);
    if (end === -1) return bytes.length;
  } while (isEscaped(bytes, end));
  return end;
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/**
 * Refuses a value with a key `__proto__` anywhere. JSON.parse itself is safe, but code that copies such an object by
 * assignment would change its prototype. Walks only texts that can hold one, written plainly or by escapes.
 */
export function checkKeys(text: string, value: unknown): void {
  if (!text.includes('__proto__') && !/\\u00[567]/i.test(text)) return;
  if (hasPrototypeKey(value)) throw new MalformedMessageError("The body has a key '__proto__'.");
}

function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, '__proto__')) return true;
  return Object.values(value).some(hasPrototypeKey);
}
