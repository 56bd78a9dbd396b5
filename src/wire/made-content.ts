import { ConfigurationError, ContentMismatchError } from '../errors.js';
import type { TransformOptions } from './instances.js';
import {
  assertContentType,
  type ContentClass,
  nameOf,
  type StandardSchema,
  transformed,
} from './typed-content.js';

/**
 * A class as content, made as the options of class-transformer say: `instanceOf(Order, { excludeExtraneousValues: true })` stands
 * wherever a class or a schema may. Without options the class itself says the same.
 * @throws ConfigurationError for what is no class
 */
export function instanceOf<Output>(
  type: ContentClass<Output>,
  options: TransformOptions = {},
): StandardSchema<Output> {
  assertClass('instanceOf', type);
  return schemaOf((value) => transformed(type, value, options));
}

/**
 * A list of instances of a class as content: `listOf(Item)`. All that do not fit are told, by their places.
 * @throws ConfigurationError for what is no class
 */
export function listOf<Output>(
  type: ContentClass<Output>,
  options: TransformOptions = {},
): StandardSchema<Output[]> {
  assertClass('listOf', type);
  return schemaOf((value) => {
    if (!Array.isArray(value))
      throw new ContentMismatchError([
        `A list of ${type.name} is made from an array, and this is ${nameOf(value)}`,
      ]);
    return allMade(value, (item) => transformed(type, item, options));
  });
}

function assertClass(maker: string, type: unknown): void {
  assertContentType(maker, type);
  if ('~standard' in type)
    throw new ConfigurationError(
      `${maker} takes a class: a schema says by itself how it is made, and has lists of its own.`,
    );
}

/** n.b. of a thousand that do not fit the first ones tell enough. */
const toldAtMost = 10;

function allMade<Output>(list: readonly unknown[], make: (item: unknown) => Output): Output[] {
  const made: Output[] = [];
  const reasons: string[] = [];
  for (let at = 0; at < list.length && reasons.length < toldAtMost; at++) {
    try {
      made.push(make(list[at]));
    } catch (thrown) {
      if (!(thrown instanceof ContentMismatchError)) throw thrown;
      reasons.push(`${at}: ${thrown.reasons.join('; ')}`);
    }
  }
  if (reasons.length > 0) throw new ContentMismatchError(reasons);
  return made;
}

function schemaOf<Output>(make: (value: unknown) => Output): StandardSchema<Output> {
  const validate: StandardSchema<Output>['~standard']['validate'] = (value) => {
    try {
      return { value: make(value) };
    } catch (thrown) {
      if (!(thrown instanceof ContentMismatchError)) throw thrown;
      return { issues: thrown.reasons.map((message) => ({ message })) };
    }
  };
  return { '~standard': { version: 1, vendor: 'waybill', validate } };
}
