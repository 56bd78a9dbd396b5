import { ConfigurationError } from '../errors.js';
import { loadClassTransformer } from './class-transformer.cjs';
import { refuseStranger, refuseStrangers } from './other-copies.js';
import type { ContentClass } from './typed-content.js';

/** How class-transformer makes instances: its own options, of which these are used most. */
export interface TransformOptions {
  /** Leaves out what no `@Expose()` names. @default false */
  readonly excludeExtraneousValues?: boolean;
  /** Which `@Expose({ groups })` and `@Exclude({ groups })` hold. */
  readonly groups?: string[];
  /** Which `@Expose({ since, until })` hold. */
  readonly version?: number;
  /** Makes numbers, strings and dates of what the types of properties say. @default false */
  readonly enableImplicitConversion?: boolean;
  /** Keeps the values that the class sets where the data has none. @default false */
  readonly exposeDefaultValues?: boolean;
}

/** What is used of class-transformer. Before 0.5 its functions had other names. */
interface ClassTransformer {
  readonly instanceToPlain?: (instance: object) => object;
  readonly classToPlain?: (instance: object) => object;
  readonly plainToInstance?: <Instance>(
    type: ContentClass<Instance>,
    plain: object,
    options?: TransformOptions,
  ) => Instance;
  readonly plainToClass?: <Instance>(
    type: ContentClass<Instance>,
    plain: object,
    options?: TransformOptions,
  ) => Instance;
}

/**
 * Plain data of an instance, as the decorators of class-transformer say.
 * @throws ConfigurationError where it is not installed, or another copy of it has decorated a class; what its transformations throw
 */
export function instanceToPlain(instance: object): object {
  const { instanceToPlain: now, classToPlain: before } = classTransformer();
  refuseStrangers(instance);
  return functionOf(now ?? before)(instance);
}

/** An instance made of plain data. @throws as {@link instanceToPlain} */
export function plainToInstance<Instance>(
  type: ContentClass<Instance>,
  plain: object,
  options?: TransformOptions,
): Instance {
  const { plainToInstance: now, plainToClass: before } = classTransformer();
  refuseStranger(type);
  return functionOf(now ?? before)(type, plain, options);
}

function classTransformer(): ClassTransformer {
  try {
    return loadClassTransformer();
  } catch (cause) {
    throw new ConfigurationError(`${need}, which cannot be loaded. Run: npm install class-transformer`, {
      cause,
    });
  }
}

function functionOf<F>(found: F | undefined): F {
  if (found) return found;
  throw new ConfigurationError(
    `${need}, and this version of it is not known. Run: npm install class-transformer@0.5`,
  );
}

const need = 'Instances of classes are sent and made by class-transformer';
