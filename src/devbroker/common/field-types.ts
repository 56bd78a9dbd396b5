import type { FieldValue, TypedValue } from '../../protocol/index.js';

/** RabbitMQ's classes of field types: values of one class may be equal, of two never. */
export type TypeClass =
  | 'int'
  | 'float'
  | 'longstr'
  | 'bool'
  | 'binary'
  | 'array'
  | 'table'
  | 'void'
  | 'timestamp'
  | 'decimal';

/** The class of a value's type. */
function typeClass(value: Exclude<FieldValue, undefined>): TypeClass {
  if (value === null) return 'void';
  if (typeof value === 'string') return 'longstr';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (value instanceof Uint8Array) return 'binary';
  if (Array.isArray(value)) return 'array';
  if (Object.hasOwn(value, '!')) return classOfTyped((value as TypedValue)['!']);
  return 'table';
}

function classOfTyped(type: TypedValue['!']): TypeClass {
  if (type === 'timestamp' || type === 'decimal') return type;
  if (type === 'float' || type === 'double') return 'float';
  if (type === 'text') return 'longstr';
  return type === 'boolean' ? 'bool' : 'int';
}

/** Whether two field values are of one class and equal. */
export function sameValue(one: FieldValue, other: FieldValue): boolean {
  if (one === undefined || other === undefined) return one === other;
  return typeClass(one) === typeClass(other) && canonical(one) === canonical(other);
}

/** A text that is the same for equal values and different for others. */
export function canonical(value: FieldValue): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value as Record<string, FieldValue>);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join()}}`;
}

/** A value with its type, as RabbitMQ writes it: `the value '10' of type 'signedint'`. */
export function describeValue(value: FieldValue): string {
  if (value === undefined) return 'none';
  return `the value '${typeof value === 'string' ? value : canonical(value)}' of type '${typeName(value)}'`;
}

/** The name RabbitMQ has for the type of a value. */
export function typeName(value: Exclude<FieldValue, undefined>): string {
  const name = typeClass(value);
  if (name === 'float') return 'double';
  if (name !== 'int') return name;
  const size = typeof value === 'number' ? Math.abs(value) : 0;
  return size < 0x80 ? 'byte' : size < 0x8000 ? 'short' : size < 0x8000_0000 ? 'signedint' : 'long';
}
