import { isControlFlowCode } from '../common/control-flow.js';
import { cut } from '../common/foreign-text.js';
import { shown } from '../common/numbers.js';
import { partOf } from '../common/part-of.js';
import { sharedByCopies } from '../common/shared-by-copies.js';
import { isErrorCode } from '../common/waybill-error.js';
import { ConfigurationError } from '../errors.js';
import { isRecord } from './body.js';
import { toPlain } from './plain.js';

/** A class of errors, whatever its constructor takes. It is not called. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** How errors of a class cross the wire. */
export interface RegisterErrorOptions<Registered extends Error = Error> {
  /** Under which name; for classes whose names a bundler changes. @default the name of the class */
  readonly name?: string | undefined;
  /** Its own properties that travel, as JSON; those of a peer are as good as the peer: look at them. @default none */
  readonly fields?: readonly (keyof Registered & string)[] | undefined;
}

/** A class that was registered. */
export interface RegisteredError {
  readonly Class: ErrorClass;
  readonly name: string;
  readonly fields: readonly string[];
}

/** What is known of an error that has come. */
export interface ErrorParts {
  readonly message: string;
  readonly code: string | undefined;
  readonly fields: unknown;
  readonly cause: Error | undefined;
  readonly errors: readonly Error[];
}

/** How long the JSON of all fields of an error may be: an answer is no place for whole requests. */
const mostFieldText = 8_192;

const byName = sharedByCopies('errors by name', () => new Map<string, RegisteredError>());
const byPrototype = sharedByCopies('errors by prototype', () => new WeakMap<object, RegisteredError>());

/** What an error has without fields, and what would change what it is. */
const reserved: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  ...['name', 'message', 'stack', 'cause', 'code', 'errors', 'prototype'],
]);

const builtIn: ReadonlySet<unknown> = new Set([
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError],
]);

/**
 * Makes errors of a class cross the wire whole: a handler throws `OrderNotFound`, and what the caller's `unwrap()` throws is an
 * `OrderNotFound` again, with message, code, cause and the fields named here. Both sides register it, at any time before it is needed;
 * the table is the process's own, and no name from the wire finds any other class. The constructor is not run for those that come. It
 * is for errors of this very class: a subclass is registered by itself.
 * @throws ConfigurationError for what is no class of errors of one's own, for a name that another class has, and for fields that cannot be
 * @example
 * ```ts
 * import { MessageProcessor, registerError } from 'waybill';
 * import { Prices, Shop } from './prices.js';
 *
 * class SoldOut extends Error {
 *   override readonly name = 'SoldOut';
 *   left = 0;
 * }
 * registerError(SoldOut, { fields: ['left'] }); // at both ends
 *
 * class Desk extends MessageProcessor {
 *   static override readonly eqks = [[Shop, [['sold-out-desk', 'sold-out']]]] as const;
 * }
 * const refuse = () => {
 *   throw Object.assign(new SoldOut('sold out'), { left: 3 });
 * };
 * Desk.handle('command', 'price', refuse, { category: 'rpc' });
 * await using _desk = await new Desk().start();
 * await using prices = await Prices.connect();
 * try {
 *   (await prices.with({ key: 'sold-out' }).rpc_price('stamp', 100)).unwrap();
 * } catch (error) {
 *   console.log(error instanceof SoldOut && error.left); // 3
 * }
 * ```
 */
export function registerError<Class extends ErrorClass>(
  Class: Class,
  { name, fields = [] }: RegisterErrorOptions<InstanceType<Class>> = {},
): void {
  const wireName = checkedName(Class, name);
  const known = byName.get(wireName);
  if (known && known.Class !== Class)
    throw new ConfigurationError(`registerError: another class is registered as '${cut(wireName)}' already.`);
  const other = byPrototype.get(Class.prototype as object);
  if (other && other.name !== wireName)
    throw new ConfigurationError(
      `registerError: ${cut(Class.name)} is registered already, as '${cut(other.name)}'.`,
    );
  const registered = { Class, name: wireName, fields: checkedFields(wireName, fields) };
  byName.set(wireName, registered);
  byPrototype.set(Class.prototype as object, registered);
}

/** What an error is registered as, by its very class; undefined where it is not. Never throws. */
export function registrationOf(error: object): RegisteredError | undefined {
  try {
    return byPrototype.get(Object.getPrototypeOf(error) as object);
  } catch {
    return undefined;
  }
}

/** What is registered under a name of the wire. */
export function registrationNamed(name: string): RegisteredError | undefined {
  return byName.get(name);
}

/** The fields of an error that travel, as JSON; undefined where there are none. One that cannot be said is left out. */
export function fieldsOf(error: object, { fields }: RegisteredError): Record<string, unknown> | undefined {
  const told: Record<string, unknown> = {};
  let room = mostFieldText;
  for (const field of fields) {
    const json = jsonOf(partOf(error, field));
    room -= json?.length ?? 0;
    if (json !== undefined && room >= 0) told[field] = JSON.parse(json);
  }
  return Object.keys(told).length > 0 ? told : undefined;
}

/** An error of a registered class, made of what has come. It has the stack of here. */
export function instanceOf({ Class, name, fields }: RegisteredError, parts: ErrorParts): Error {
  const { message, code, cause, errors } = parts;
  // n.b. a true error whose prototype is that of the class; the constructor of the class takes who knows what.
  const error = Reflect.construct(Error, [message, cause && { cause }], Class) as Error;
  if (error.name !== name) define(error, 'name', name);
  // n.b. a code of ours would steer: a peer's error that is thrown on must not reject a message, nor end the scheduler.
  if (code !== undefined && !isErrorCode(code) && !isControlFlowCode(code)) define(error, 'code', code);
  if (errors.length > 0) define(error, 'errors', errors);
  const told = isRecord(parts.fields) ? parts.fields : {};
  for (const field of fields) if (Object.hasOwn(told, field)) define(error, field, told[field], true);
  return error;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(toPlain(value));
  } catch {
    return undefined;
  }
}

function checkedName(Class: ErrorClass, name: unknown): string {
  const isOwn =
    typeof Class === 'function' && !builtIn.has(Class) && (Class.prototype as unknown) instanceof Error;
  if (!isOwn) throw new ConfigurationError('registerError takes a class of your own that extends Error.');
  const wireName: unknown = name ?? Class.name;
  const isBuiltIn = [...builtIn].some((each) => (each as ErrorClass).name === wireName);
  if (typeof wireName === 'string' && wireName !== '' && wireName.length <= 255 && !isBuiltIn)
    return wireName;
  throw new ConfigurationError(
    `registerError: the name must be a text of 1 to 255 characters, and none of a built-in error, and is ${shown(wireName)}.`,
  );
}

function checkedFields(owner: string, fields: unknown): readonly string[] {
  if (!Array.isArray(fields))
    throw new ConfigurationError(`registerError: fields of '${cut(owner)}' must be a list.`);
  const wrong: unknown = fields.find((field) => typeof field !== 'string' || reserved.has(field));
  if (wrong === undefined) return [...(fields as readonly string[])];
  throw new ConfigurationError(
    `registerError: '${cut(wrong)}' is no field of '${cut(owner)}' that can be named; message, code and cause travel anyway.`,
  );
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
