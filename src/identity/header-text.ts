import { ConfigurationError } from '../errors.js';
import { netstring } from './netstrings.js';

/** Deeper ones nobody writes but who wants the stack to overflow. */
const deepest = 32;

/** In these the broker, plugins, tracing and the queues of failed messages write on the way: they are as they are. */
const uncovered: ReadonlySet<string> = new Set([
  'x-waybill-sig',
  'x-waybill-seal',
  'x-waybill-failures',
  'x-waybill-origin',
  'x-waybill-dossier',
  'x-waybill-put-anew',
  'traceparent',
  'tracestate',
  'baggage',
  'BCC',
  'x-death',
  'x-delivery-count',
  'x-acquired-count',
  'x-stream-offset',
  'x-delay',
  'timestamp_in_ms',
]);

const uncoveredKinds = /^x-(?:first-death-|last-death-|opt-|routed-|received-from|shovelled)/;

type Table = Readonly<Record<string, unknown>>;

/** Whether a signature says something of the header of this name. */
function isCovered(name: string): boolean {
  return !uncovered.has(name) && !(name.startsWith('x-') && uncoveredKinds.test(name));
}

/**
 * Headers as they are signed: name and value of each that is covered, sorted by the bytes of their names. What is the same on the wire, or
 * comes back from it as the same, has the same text.
 * @throws ConfigurationError for what is no value of a table, or deeper than any
 */
export function headersText(headers: Table | undefined): string {
  if (!headers) return '';
  const names = Object.keys(headers).filter((name) => headers[name] !== undefined && isCovered(name));
  return entriesText(headers, names, 0);
}

function entriesText(table: Table, names: readonly string[], depth: number): string {
  let text = '';
  for (const name of sorted(names)) text += netstring(name) + netstring(valueText(table[name], depth));
  return text;
}

function sorted(names: readonly string[]): readonly string[] {
  if (names.length < 2) return names;
  return [...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

function valueText(value: unknown, depth: number): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value === null || value === undefined) return 'n';
  if (typeof value !== 'object')
    throw new ConfigurationError(`A header is ${typeof value}, which cannot be signed`);
  return objectText(value, depth);
}

function objectText(value: object, depth: number): string {
  if (depth >= deepest)
    throw new ConfigurationError(`Headers deeper than ${deepest} levels cannot be signed`);
  if (value instanceof Uint8Array) return `x${hex(value)}`;
  if (value instanceof Date) return `T${Math.floor(value.getTime() / 1_000)}`;
  if (Array.isArray(value)) return `l${value.map((each) => netstring(valueText(each, depth + 1))).join('')}`;
  if (Object.hasOwn(value, '!')) return typedText(value as Typed, depth);
  const names = Object.keys(value).filter((name) => (value as Table)[name] !== undefined);
  return `m${entriesText(value as Table, names, depth + 1)}`;
}

/** A value whose type on the wire was given, or is none of JavaScript's. */
interface Typed {
  readonly '!': unknown;
  readonly value: unknown;
}

function typedText({ '!': type, value }: Typed, depth: number): string {
  if (type === 'timestamp') return `T${String(value)}`;
  if (type === 'float') return numberText(Math.fround(Number(value)));
  if (type !== 'decimal') return valueText(value, depth + 1);
  const { places, digits } = value as { readonly places: number; readonly digits: number };
  return `D${places},${digits}`;
}

/** n.b. a double without a fraction is the same number as a whole one: other languages keep them apart, JavaScript does not. */
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return `i${value === 0 ? 0 : value}`;
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return `i${BigInt(value)}`;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return `d${bytes.toString('hex')}`;
}

function hex({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}
