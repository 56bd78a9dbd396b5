import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import {
  AmqpError,
  ByteReader,
  ByteWriter,
  type FieldTable,
  readTable,
  writeTable,
} from '../../../src/protocol/index.js';
import { fieldTable } from './arbitraries.js';

function encode(table: FieldTable): Buffer {
  const writer = new ByteWriter();
  writeTable(writer, table);
  return writer.take();
}

/** A table with one field `a`, whose value is given in bytes. */
function withValue(...value: number[]): Buffer {
  const entry = Buffer.from([1, 0x61, ...value]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(entry.length);
  return Buffer.concat([size, entry]);
}

const isBroken = (error: unknown) => error instanceof AmqpError && (error.code === 501 || error.code === 502);

describe('a field table', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fieldTable, (table) => {
        assert.deepEqual(readTable(new ByteReader(encode(table))), table);
      }),
    );
  });

  it('leaves out what is undefined and keeps it as null in arrays', () => {
    assert.deepEqual(readTable(new ByteReader(encode({ a: undefined, b: [undefined, 1] }))), {
      b: [null, 1],
    });
  });

  const types: readonly (readonly [name: string, bytes: number[], value: unknown])[] = [
    ['boolean', [0x74, 1], true],
    ['signed 8-bit', [0x62, 0xff], -1],
    ['unsigned 8-bit', [0x42, 0xff], 255],
    ['signed 16-bit', [0x73, 0xff, 0xfe], -2],
    ['unsigned 16-bit', [0x75, 0xff, 0xfe], 0xfffe],
    ['signed 32-bit', [0x49, 0xff, 0xff, 0xff, 0xfd], -3],
    ['unsigned 32-bit', [0x69, 0xff, 0xff, 0xff, 0xfd], 0xffff_fffd],
    ['signed 64-bit', [0x6c, 0, 0, 1, 0, 0, 0, 0, 0], 2 ** 40],
    ['signed 64-bit beyond numbers', [0x6c, 0x7f, 255, 255, 255, 255, 255, 255, 255], 2n ** 63n - 1n],
    ['signed 64-bit by its other letter L', [0x4c, 255, 255, 255, 255, 255, 255, 255, 254], -2],
    ['float', [0x66, 0x3f, 0x80, 0, 0], 1],
    ['double', [0x64, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ['decimal', [0x44, 2, 0, 0, 0, 5], { '!': 'decimal', value: { places: 2, digits: 5 } }],
    [
      'S-s13: negative decimal',
      [0x44, 2, 0xff, 0xff, 0xff, 0x6a],
      { '!': 'decimal', value: { places: 2, digits: -150 } },
    ],
    ['long string', [0x53, 0, 0, 0, 2, 0x68, 0x69], 'hi'],
    ['long string with the sign for what is no UTF-8', [0x53, 0, 0, 0, 3, 0xef, 0xbf, 0xbd], '\uFFFD'],
    ['long string that is no UTF-8', [0x53, 0, 0, 0, 2, 0xff, 0xfe], Buffer.from([0xff, 0xfe])],
    ['timestamp beyond numbers', [0x54, ...Array(8).fill(255)], { '!': 'timestamp', value: 2n ** 64n - 1n }],
    ['byte array', [0x78, 0, 0, 0, 2, 1, 2], Buffer.from([1, 2])],
    ['timestamp', [0x54, 0, 0, 0, 0, 0, 0, 0, 9], { '!': 'timestamp', value: 9 }],
    ['array', [0x41, 0, 0, 0, 3, 0x56, 0x74, 0], [null, false]],
    ['table', [0x46, 0, 0, 0, 3, 1, 0x62, 0x56], { b: null }],
    ['void', [0x56], null],
  ];
  for (const [name, bytes, value] of types) {
    it(`reads the type ${name}`, () => {
      assert.deepEqual(readTable(new ByteReader(withValue(...bytes))), { a: value });
    });
  }

  const integers: readonly (readonly [value: number, letter: string])[] = [
    [127, 'b'],
    [-128, 'b'],
    [128, 's'],
    [-32_769, 'I'],
    [2 ** 31 - 1, 'I'],
    [2 ** 31, 'l'],
  ];
  for (const [value, letter] of integers) {
    it(`writes ${value} as type ${letter}`, () => {
      assert.equal(String.fromCharCode(encode({ a: value })[6] as number), letter);
    });
  }

  it('keeps the class of numbers when read exactly', () => {
    const table = {
      float: { '!': 'float', value: 1.5 },
      whole: { '!': 'double', value: 3 },
      half: 0.5,
    } as const;
    assert.deepEqual(readTable(new ByteReader(encode(table)), 'exact'), table);
    assert.deepEqual(readTable(new ByteReader(encode(table))), { float: 1.5, whole: 3, half: 0.5 });
  });

  it('keeps names apart, however many there are, and however alike', () => {
    const names = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom('a', 'b', '\u00e4', '\u{1f600}'), maxLength: 12 }),
      {
        minLength: 100,
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(names, (all) => {
        const table = Object.fromEntries(all.map((name, index) => [name, index]));
        const bytes = encode(table);
        for (let i = 0; i < 2; i++) assert.deepEqual(readTable(new ByteReader(bytes)), table);
      }),
      { numRuns: 30 },
    );
  });

  it('ends where it is said to end, and not where its bytes do', () => {
    const bytes = encode({ a: 1 });
    const larger = Buffer.concat([Buffer.from([9, 9]), bytes, Buffer.from([9, 9])]);
    const reader = new ByteReader(larger, 2, 2 + bytes.length);
    assert.deepEqual(readTable(reader), { a: 1 });
    assert.equal(reader.left, 0);
    assert.throws(() => readTable(new ByteReader(larger, 2, bytes.length)), isBroken);
  });

  it('keeps a field named __proto__ a field', () => {
    const bytes = Buffer.concat([
      Buffer.from([0, 0, 0, 12, 9]),
      Buffer.from('__proto__'),
      Buffer.from('t\x01'),
    ]);
    const table = readTable(new ByteReader(bytes));
    assert.deepEqual(Object.entries(table), [['__proto__', true]]);
    assert.equal(Object.getPrototypeOf(table), Object.prototype);
  });

  it('refuses a type nobody knows', () => {
    assert.throws(() => readTable(new ByteReader(withValue(0x3f))), isBroken);
  });

  it('refuses sizes that are not true', () => {
    const hostile = Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 0x61, 0x56]);
    assert.throws(() => readTable(new ByteReader(hostile)), isBroken);
    assert.throws(() => readTable(new ByteReader(withValue(0x53, 0xff, 0xff, 0xff, 0xff))), isBroken);
  });

  it('T-A1: is read and written again however deep it is', () => {
    let nested: FieldTable = {};
    for (let depth = 0; depth < 18_000; depth += 1) nested = depth % 2 ? { a: nested } : { b: [nested] };
    const bytes = Buffer.from(encode(nested));
    assert.deepEqual(encode(readTable(new ByteReader(bytes))), bytes);
  });

  it('answers any bytes with a table or a protocol error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readTable(new ByteReader(Buffer.from(bytes)));
        } catch (error) {
          assert.ok(isBroken(error), String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the bytes of a text that is no UTF-8, and its type when read exactly', () => {
    const bytes = withValue(0x53, 0, 0, 0, 2, 0xff, 0xfe);
    assert.deepEqual(encode(readTable(new ByteReader(bytes), 'exact')), bytes);
  });

  it('writes a date as seconds, and a mapping of another realm as a table', () => {
    const table = { at: new Date(5_999), there: runInNewContext('({ a: [1] })') } as FieldTable;
    const read = readTable(new ByteReader(encode(table)));
    assert.deepEqual(read, { at: { '!': 'timestamp', value: 5 }, there: { a: [1] } });
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${value} when read exactly, as RabbitMQ does`, () => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      const isInternal = (error: unknown) => error instanceof AmqpError && error.code === 541;
      assert.throws(() => readTable(new ByteReader(withValue(0x64, ...bytes)), 'exact'), isInternal);
    });
  }
});
