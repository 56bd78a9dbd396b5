import { types } from 'node:util';
import { cut } from './foreign-text.js';
import { partOf } from './part-of.js';

/** Something that was thrown and is no error, in the words of one. */
export interface Described {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  /** Its own, where it has one: an error of another realm. */
  readonly stack?: string;
  /** What it is, in one line for people. */
  readonly whole: string;
}

/** How many properties are told. */
const mostKeys = 10;

/** Properties whose values are nobody's business. */
const secret = /pass|secret|token|auth|cookie|credential|api.?key|private|session/i;

/** Describes anything, by what it says of itself where it says something. Never throws. */
export function describe(value: unknown): Described {
  if (typeof value === 'function') return describeFunction(value);
  return typeof value === 'object' && value !== null ? describeObject(value) : describePrimitive(value);
}

function noText(value: object): string {
  return `${typeof value} without a text`;
}

function describePrimitive(value: unknown): Described {
  const whole = typeof value === 'string' ? JSON.stringify(cut(value)) : cut(String(value));
  return { name: 'Error', message: String(value), whole };
}

/** Most often a class: somebody has forgotten the `new`. */
function describeFunction(value: object): Described {
  const whole = `the function ${cut(partOf(value, 'name'))}`;
  return { name: 'Error', message: whole, whole };
}

function describeObject(value: object): Described {
  const [name, message, code, stack] = ['name', 'message', 'code', 'stack'].map((key) => partOf(value, key));
  const whole = wholeOf(value);
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Error',
    message: typeof message === 'string' && message !== '' ? message : whole,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof stack === 'string' && stack !== '' && { stack }),
    whole,
  };
}

/** n.b. a Proxy may throw at anything, and so may a `toString`. */
function wholeOf(value: object): string {
  try {
    return textOf(value);
  } catch {
    return noText(value);
  }
}

/** By its own `toString`, or by what is in it. */
function textOf(value: object): string {
  const hasOwn = !Array.isArray(value) && typeof partOf(value, 'toString') === 'function';
  const own = hasOwn ? String(value) : undefined;
  return own === undefined || own.startsWith('[object ') ? listed(value) : own;
}

/** One level of it: what lies deeper may be large, a circle, or a secret. */
function listed(value: object): string {
  if (Array.isArray(value)) return `[${some(value, (item) => told(item))}]`;
  const { constructor: Class } = value as { readonly constructor?: unknown };
  const className = typeof Class === 'function' && Class.name !== 'Object' ? `${cut(Class.name)} ` : '';
  const properties = some(Object.keys(value), (key) => {
    const part = secret.test(key) ? '…' : told(partOf(value, key));
    return `${cut(key)}: ${part}`;
  });
  return `${className}${properties === '' ? '{}' : `{ ${properties} }`}`;
}

function some<Item>(items: readonly Item[], tell: (item: Item) => string): string {
  const texts = items.slice(0, mostKeys).map(tell);
  return [...texts, ...(items.length > mostKeys ? ['…'] : [])].join(', ');
}

function told(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (types.isNativeError(value))
    return JSON.stringify(cut(`${partOf(value, 'name')}: ${partOf(value, 'message')}`));
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' ? 'a function' : cut(String(value));
  return Array.isArray(value) ? '[…]' : '{…}';
}
