import { isPromiseLike } from '../common/when-done.js';
import { ConfigurationError, ContentMismatchError } from '../errors.js';
import type { TransformOptions } from './instances.js';
import {
  assertContentType,
  type ContentClass,
  nameOf,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
  transformed,
} from './typed-content.js';
import { issuesOf, toldAtMost, type ValidateInstance, type ValidationProblem } from './validation.js';

/** How instances are made, and whether they are looked at then. */
export interface InstanceOptions extends TransformOptions {
  /**
   * Looks at each instance that was made: `validate` of class-validator, whose decorators say what is allowed. What it finds is told as what
   * a schema finds: the content does not fit, and no handler sees it. @default nobody looks
   */
  readonly validate?: ValidateInstance | undefined;
}

/**
 * A class as content, made as the options of class-transformer say, and validated where `validate` is given:
 * `instanceOf(Order, { excludeExtraneousValues: true, validate })` stands wherever a class or a schema may. Without options the class itself
 * says the same.
 * @throws ConfigurationError for what is no class, and for a `validate` that is no function
 */
export function instanceOf<Output>(
  type: ContentClass<Output>,
  { validate, ...options }: InstanceOptions = {},
): StandardSchema<Output> {
  assertMaker('instanceOf', type, validate);
  return schemaOf((value) => {
    const made = transformed(type, value, options);
    return found(made, validate?.(made as object) ?? [], (problems) => issuesOf(problems));
  });
}

/**
 * A list of instances of a class as content: `listOf(Item)`, with the options of {@link instanceOf} for each. All that do not fit are told, by
 * their places.
 * @throws ConfigurationError for what is no class, and for a `validate` that is no function
 */
export function listOf<Output>(
  type: ContentClass<Output>,
  { validate, ...options }: InstanceOptions = {},
): StandardSchema<Output[]> {
  assertMaker('listOf', type, validate);
  return schemaOf((value) => {
    if (!Array.isArray(value))
      throw new ContentMismatchError([
        `A list of ${type.name} is made from an array, and this is ${nameOf(value)}`,
      ]);
    const made = allMade(value, (item) => transformed(type, item, options));
    return validate ? allFound(made, validate) : { value: made };
  });
}

function assertMaker(maker: string, type: unknown, validate: unknown): void {
  assertContentType(maker, type);
  if ('~standard' in type)
    throw new ConfigurationError(
      `${maker} takes a class: a schema says by itself how it is made, and has lists of its own.`,
    );
  if (validate !== undefined && typeof validate !== 'function')
    throw new ConfigurationError(
      `${maker}: validate is a function that looks at an instance, as that of class-validator, and not of type ${typeof validate}.`,
    );
}

type Later<T> = T | Promise<T>;

/** What becomes of an instance, or a list, when what was found of it is known. */
function found<Output, Told>(
  value: Output,
  told: Later<Told>,
  issuesIn: (told: Told) => readonly SchemaIssue[],
): Later<SchemaResult<Output>> {
  if (isPromiseLike(told)) return Promise.resolve(told).then((now) => found(value, now as Told, issuesIn));
  const issues = issuesIn(told as Told);
  return issues.length > 0 ? { issues } : { value };
}

async function allFound<Output>(list: Output[], validate: ValidateInstance): Promise<SchemaResult<Output[]>> {
  const told: SchemaIssue[] = [];
  for (let at = 0; at < list.length && told.length < toldAtMost; at++) {
    const problems: readonly ValidationProblem[] = await validate(list[at] as object);
    told.push(...issuesOf(problems, [at]));
  }
  return told.length > 0 ? { issues: told.slice(0, toldAtMost) } : { value: list };
}

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

function schemaOf<Output>(make: (value: unknown) => Later<SchemaResult<Output>>): StandardSchema<Output> {
  const validate: StandardSchema<Output>['~standard']['validate'] = (value) => {
    try {
      return make(value);
    } catch (thrown) {
      if (!(thrown instanceof ContentMismatchError)) throw thrown;
      return { issues: thrown.reasons.map((message) => ({ message })) };
    }
  };
  return { '~standard': { version: 1, vendor: 'waybill', validate } };
}
