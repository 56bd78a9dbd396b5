import { AmqpError, type FieldTable } from '../../protocol/index.js';
import { canonical, describeValue, sameValue } from './field-types.js';

/**
 * Holds that a thing is declared again as it was declared first.
 *
 * @throws AmqpError 406 naming the argument that differs.
 */
export function assertSame(what: string, argument: string, received: unknown, current: unknown): void {
  if (received !== current) throw inequivalent(what, argument, `'${received}'`, `'${current}'`);
}

/** Holds that the entries of an arguments table that count are those of the first declaration. */
export function assertSameArguments(
  what: string,
  names: readonly string[],
  received: FieldTable,
  current: FieldTable,
): void {
  for (const name of names) {
    const [theirs, ours] = [effective(received, name), effective(current, name)];
    if (sameValue(theirs, ours)) continue;
    if (theirs !== undefined && ours !== undefined) {
      throw inequivalent(what, name, `'${bare(theirs)}'`, `'${bare(ours)}'`);
    }
    throw inequivalent(what, name, describeValue(theirs), describeValue(ours));
  }
}

/** A queue without a type is a classic one. */
function effective(args: FieldTable, name: string): FieldTable[string] {
  return args[name] ?? (name === 'x-queue-type' ? 'classic' : undefined);
}

function bare(value: FieldTable[string]): string {
  return typeof value === 'string' ? value : canonical(value);
}

function inequivalent(what: string, argument: string, received: string, current: string): AmqpError {
  return new AmqpError(
    'PRECONDITION_FAILED',
    `inequivalent arg '${argument}' for ${what}: received ${received} but current is ${current}`,
  );
}
