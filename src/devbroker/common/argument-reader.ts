import { AmqpError, type FieldTable, type FieldValue } from '../../protocol/index.js';
import { typeName } from './field-types.js';

/** The longest time that RabbitMQ takes, in milliseconds: ten years of 365 days. */
export const longestTimeMs = 315_360_000_000;

/** Reads arguments of a queue by their types, and refuses those that are wrong in RabbitMQ's words. */
export class ArgumentReader {
  readonly #args: FieldTable;
  readonly #what: string;

  constructor(args: FieldTable, what: string) {
    this.#args = args;
    this.#what = what;
  }

  refuse(name: string, reason: string): AmqpError {
    return new AmqpError('PRECONDITION_FAILED', `invalid arg '${name}' for ${this.#what}: ${reason}`);
  }

  /** @throws AmqpError 406 for what is no integer between the bounds. */
  integer(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#args[name];
    if (value === undefined) return undefined;
    const number = toInteger(value);
    if (number === undefined) throw this.refuse(name, `"expected integer, got ${typeName(value)}"`);
    if (number < least) throw this.refuse(name, `{value_${number < 0 ? 'negative' : 'zero'},${number}}`);
    if (number > most) throw this.refuse(name, `{max_value_exceeded,${number}}`);
    return number;
  }

  /** A time in milliseconds. @throws AmqpError 406 for what is none, and for more than ten years, as RabbitMQ (seen in 3.10 and 4.3) */
  time(name: string, least: number): number | undefined {
    const ms = this.integer(name, least);
    if (ms !== undefined && ms > longestTimeMs) throw this.refuse(name, `{value_too_large,${ms}}`);
    return ms;
  }

  /** An integer if it is one. */
  anyInteger(name: string): number | undefined {
    return toInteger(this.#args[name]);
  }

  /** @throws AmqpError 406 for what is no text. */
  text(name: string): string | undefined {
    return this.#typed(name, 'string') as string | undefined;
  }

  /** @throws AmqpError 406 for what is no boolean. */
  flag(name: string): boolean | undefined {
    return this.#typed(name, 'boolean') as boolean | undefined;
  }

  /** @throws AmqpError 406 for what is none of the texts. */
  oneOf<const T extends string>(name: string, allowed: readonly T[], complaint: string): T | undefined {
    const value = this.text(name);
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw this.refuse(name, `"${complaint} '${value}'"`);
  }

  #typed(name: string, type: 'string' | 'boolean'): FieldValue {
    const value = this.#args[name];
    if (value === undefined) return undefined;
    const given = typeof value;
    const expected = type === 'string' ? 'longstr' : 'bool';
    if (given !== type) throw this.refuse(name, `"expected ${expected}, got ${typeName(value)}"`);
    return value;
  }
}

function toInteger(value: FieldValue): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return Number.isInteger(value) ? (value as number) : undefined;
}
