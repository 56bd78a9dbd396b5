import { inspect } from 'node:util';
import { isPromiseLike } from '../common/when-done.js';
import { ConfigurationError, ContentMismatchError, isWaybillError, toError } from '../errors.js';
import { plainToInstance, type TransformOptions } from './instances.js';
import { toPlain } from './plain.js';

/**
 * What Waybill needs of a Standard Schema (https://standardschema.dev, version 1): zod, valibot, arktype and others
 * have it, so none of them is a dependency.
 */
export interface StandardSchema<Output = unknown> {
  /** What the standard asks for: `version`, the `vendor`, `validate`, and for the compiler `types`, its `input` and its `output`. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema gives: the value that it makes, or what is wrong. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Something that is wrong, and where. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A class whose instances class-transformer makes from plain data; it is called without arguments. */
export type ContentClass<Output = unknown> = new () => Output;

/** Where a handler names what it wants: a class (transformed, not validated) or a Standard Schema (validated). */
export type ContentType<Output = unknown> = ContentClass<Output> | StandardSchema<Output>;

/** What such a class or schema makes. */
export type OutputOf<Type> = Type extends ContentType<infer Output> ? Output : never;

/** True for a class, and for a schema that can be asked. */
export function isContentType(given: unknown): given is ContentType {
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) return false;
  if ('~standard' in given) {
    const standard = given['~standard'] as Partial<StandardSchema['~standard']> | null | undefined;
    return typeof standard?.validate === 'function';
  }
  return typeof given === 'function' && typeof given.prototype === 'object';
}

/**
 * Looks at what a declaration names, so that a mistake is told once, where it is made, and not by each message.
 * @param whose for people: what is declared
 * @throws ConfigurationError
 */
export function assertContentType(whose: string, given: unknown): asserts given is ContentType {
  if (isContentType(given)) return;
  const why =
    given === undefined
      ? 'undefined is named as its class or schema. Often two files import each other: move the class or the schema to a file of its own'
      : `${inspect(given, { depth: 0 })} is neither a class nor a Standard Schema: give the class itself, or a schema of zod 3.24, valibot 1, arktype 2 or later`;
  throw new ConfigurationError(`${whose}: ${why}.`);
}

/**
 * Turns plain data from the wire into what a handler asked for.
 * @throws ContentMismatchError with all reasons, when it does not fit.
 */
export function readTyped<Output>(type: ContentType<Output>, value: unknown): Output | Promise<Output> {
  return '~standard' in type ? validated(type, value) : transformed(type, value);
}

/**
 * The same where nobody can wait, as for an answer.
 * @param whose for people: what is made
 * @throws ContentMismatchError; ConfigurationError for a schema that answers by a promise
 */
export function readTypedNow<Output>(type: ContentType<Output>, value: unknown, whose: string): Output {
  const made = readTyped(type, value);
  if (!isPromiseLike(made)) return made;
  Promise.resolve(made).catch(() => {});
  throw answersLater(whose);
}

/**
 * Looks whether what arrives of a value, its JSON, fits a schema. A class looks at nothing.
 * @param what the beginning of the error's message
 * @throws ContentMismatchError, or rejects with it where the schema answers by a promise
 */
export function assertFits(type: ContentType, value: unknown, what: string): unknown {
  if (!('~standard' in type)) return undefined;
  const result = type['~standard'].validate(arriving(value));
  const look = ({ issues }: SchemaResult<unknown>): void => {
    if (issues) throw new ContentMismatchError(issues.map(reason), { what });
  };
  return isPromiseLike(result)
    ? Promise.resolve(result as PromiseLike<SchemaResult<unknown>>).then(look)
    : look(result);
}

/**
 * The same where nobody can wait.
 * @throws ContentMismatchError; ConfigurationError for a schema that answers by a promise
 */
export function assertFitsNow(type: ContentType, value: unknown, what: string): void {
  const looked = assertFits(type, value, what);
  if (!isPromiseLike(looked)) return;
  Promise.resolve(looked).catch(() => {});
  throw answersLater(what);
}

function answersLater(what: string): ConfigurationError {
  return new ConfigurationError(
    `${what}: that cannot be told, since its schema answers by a promise. Give it one that answers at once.`,
  );
}

function arriving(value: unknown): unknown {
  const text = JSON.stringify(toPlain(value, 'content'));
  return text === undefined ? undefined : JSON.parse(text);
}

function validated<Output>(schema: StandardSchema<Output>, value: unknown): Output | Promise<Output> {
  const result = schema['~standard'].validate(value);
  return isPromiseLike(result)
    ? Promise.resolve(result as PromiseLike<SchemaResult<Output>>).then(accepted)
    : accepted(result);
}

function accepted<Output>(result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  throw new ContentMismatchError(result.issues.map(reason));
}

function reason({ path = [], message }: SchemaIssue): string {
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message;
}

/** An instance, made by class-transformer. @throws ContentMismatchError where it cannot be made */
export function transformed<Output>(
  type: ContentClass<Output>,
  value: unknown,
  options?: TransformOptions,
): Output {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ContentMismatchError([`${type.name} is made from an object, and this is ${nameOf(value)}`]);
  }
  try {
    return plainToInstance(type, value, options);
  } catch (thrown) {
    if (isWaybillError(thrown, 'CONFIGURATION')) throw thrown;
    throw new ContentMismatchError([`${type.name} could not be made: ${toError(thrown).message}`], {
      cause: thrown,
    });
  }
}

/** What a value is, for people. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
