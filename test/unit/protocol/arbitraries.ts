import fc from 'fast-check';
import type { FieldTable, FieldValue } from '../../../src/protocol/index.js';

/** Whether UTF-8 can carry it: no half of a surrogate pair. */
function isText(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

/** Short strings as AMQP allows them: at most 255 bytes. */
export const shortString: fc.Arbitrary<string> = fc
  .string({ unit: 'binary', maxLength: 80 })
  .filter((text) => isText(text) && Buffer.byteLength(text) <= 255);

const typed: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.nat().map((value): FieldValue => ({ '!': 'timestamp', value })),
  fc
    .tuple(fc.nat(255), fc.integer())
    .map(([places, digits]): FieldValue => ({ '!': 'decimal', value: { places, digits } })),
);

const leaf: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  fc.string({ unit: 'binary' }).filter(isText),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  typed,
);

/** Field tables of every type RabbitMQ knows, nested. */
export const fieldTable: fc.Arbitrary<FieldTable> = fc.letrec<{ value: FieldValue; table: FieldTable }>(
  (tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, tie('table'), fc.array(tie('value'), { maxLength: 4 })),
    table: fc.dictionary(shortString, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  }),
).table;
