import type { Stage } from '../../support/stage/stage.js';

/** Where a component with a setting handles one message. */
export interface Scene {
  readonly stage: Stage;
  /** A name that nobody else uses. */
  readonly queue: string;
}

/** One setting that is a number, or one of a few words. */
export interface Setting {
  /** As its refusal names it. */
  readonly name: string;
  /** Values that work. */
  readonly good: readonly unknown[];
  /** Codes with which work may end because of an allowed value: of a time that is too short for it. */
  readonly ends?: readonly string[];
  /** Allowed values with which there is nothing to see: a queue that keeps nothing. */
  readonly skip?: readonly unknown[];
  /** True for what is read from the environment, as a text. */
  readonly isText?: boolean;
  /** Makes a component with this value, lets it handle one message, and ends it. @throws what refuses the value */
  use(value: never, scene: Scene): Promise<unknown>;
}

/** What people and environments make of numbers and words. */
export const strangeValues: readonly unknown[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  -1,
  0.5,
  1.5,
  5e-324,
  1e308,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  '',
  '10',
  'abc',
  'constructor',
  '__proto__',
  'x'.repeat(100_000),
  null,
  undefined,
  true,
  false,
  10n,
  {},
  [],
  [5],
  new Date(0),
  Symbol('number'),
  () => 5,
  { valueOf: () => 5 },
];

/** The same for what comes from an environment. */
export const strangeTexts: readonly string[] = strangeValues
  .filter((value) => ['number', 'string', 'boolean'].includes(typeof value))
  .map(String);

/** A setting of numbers within bounds, among others of one owner. */
export function settings<Options>(
  owner: string,
  use: (options: Options, scene: Scene) => Promise<unknown>,
  rows: Readonly<Record<string, Omit<Setting, 'name' | 'use'> & { readonly of?: (value: never) => Options }>>,
): Setting[] {
  return Object.entries(rows).map(([name, { of: make, ...row }]) => ({
    ...row,
    name: `${owner}: ${name}`,
    use: (value, scene) => use(make ? make(value) : ({ [name]: value } as Options), scene),
  }));
}
