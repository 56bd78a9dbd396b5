import { ConfigurationError } from '../errors.js';
import { shown } from './numbers.js';

/**
 * The value, if it is one of those that may be chosen: plain JavaScript and configuration files know no unions, and what is
 * misspelt would be taken for something else.
 *
 * @param setting whose it is and what it is called, for people: `Desk: onFailure`.
 * @throws ConfigurationError
 */
export function choice<const Choice extends string>(
  setting: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  const allowed = choices.map((each) => `'${each}'`).join(', ');
  throw new ConfigurationError(`${setting} must be one of ${allowed} and is ${shown(value)}.`);
}
