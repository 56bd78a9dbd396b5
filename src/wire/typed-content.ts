import { ContentMismatchError, isWaybillError, toError } from '../errors.js';
import { plainToInstance } from './instances.js';

/**
 * What Waybill needs of a Standard Schema (https://standardschema.dev, version 1): zod, valibot, arktype and others
 * have it, so none of them is a dependency.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A class whose instances class-transformer makes from plain data; it is called without arguments. */
export type ContentClass<Output = unknown> = new () => Output;

/** Where a handler names what it wants: a class (transformed, not validated) or a Standard Schema (validated). */
export type ContentType<Output = unknown> = ContentClass<Output> | StandardSchema<Output>;

/** What such a class or schema makes. */
export type OutputOf<Type> = Type extends ContentType<infer Output> ? Output : never;

/**
 * Turns plain data from the wire into what a handler asked for.
 * @throws ContentMismatchError with all reasons, when it does not fit.
 */
export function readTyped<Output>(type: ContentType<Output>, value: unknown): Output | Promise<Output> {
  return '~standard' in type ? validated(type, value) : transformed(type, value);
}

function validated<Output>(schema: StandardSchema<Output>, value: unknown): Output | Promise<Output> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(accepted) : accepted(result);
}

function accepted<Output>(result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  throw new ContentMismatchError(result.issues.map(reason));
}

function reason({ path = [], message }: SchemaIssue): string {
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message;
}

function transformed<Output>(type: ContentClass<Output>, value: unknown): Output {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ContentMismatchError([`${type.name} is made from an object, and this is ${nameOf(value)}`]);
  }
  try {
    return plainToInstance(type, value);
  } catch (thrown) {
    if (isWaybillError(thrown, 'CONFIGURATION')) throw thrown;
    throw new ContentMismatchError([`${type.name} could not be made: ${toError(thrown).message}`], {
      cause: thrown,
    });
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
