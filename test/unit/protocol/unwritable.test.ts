// What AMQP cannot carry is refused, by its place, and never written as something else (T-B5).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter, type FieldTable, writeTable } from '../../../src/protocol/index.js';

function refusal(table: unknown): string {
  try {
    writeTable(new ByteWriter(), table as FieldTable, { name: 'headers' });
  } catch (thrown) {
    assert.ok(thrown instanceof TypeError, String(thrown));
    return thrown.message;
  }
  return assert.fail('it was written');
}

const circle: Record<string, unknown> = {};
circle['self'] = circle;

const cases: readonly (readonly [name: string, value: unknown, what: string])[] = [
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
  ['a bigint of more than 64 bits', 10n ** 30n, 'a bigint of more than 64 bits'],
  ['a bigint of 64 bits and no sign', 2n ** 63n, 'a bigint of more than 64 bits'],
  ['a function', () => 1, 'a function'],
  ['a symbol', Symbol('x'), 'a symbol'],
  ['a Map', new Map(), 'a Map'],
  ['a Set', new Set([1]), 'a Set'],
  ['an Error', new Error('x'), 'a Error'],
  ['a RegExp', /x/, 'a RegExp'],
  ['a Promise', Promise.resolve(), 'a Promise'],
  ['an instance of a class', new (class Order {})(), 'a Order'],
  ['a Uint16Array', new Uint16Array(2), 'a Uint16Array'],
  ['a date that is none', new Date(Number.NaN), 'a date before 1970, or none'],
  ['a date before 1970', new Date(-1), 'a date before 1970, or none'],
  ['half a surrogate pair', 'a\ud800', 'a text with half a surrogate pair'],
  ['a byte of 300', { '!': 'byte', value: 300 }, '300, no whole number from -128 to 127'],
  ['a byte of 200', { '!': 'byte', value: 200 }, '200, no whole number'],
  ['an unsigned byte of -1', { '!': 'unsignedbyte', value: -1 }, '-1, no whole number'],
  ['a short of 1.5', { '!': 'short', value: 1.5 }, '1.5, no whole number'],
  ['an int of 2^40', { '!': 'int', value: 2 ** 40 }, '1099511627776, no whole number'],
  ['an int that is a text', { '!': 'int', value: '5' }, "the text '5', no whole number"],
  ['a long that is a text', { '!': 'long', value: 'x' }, "the text 'x', no whole number"],
  ['a timestamp before 1970', { '!': 'timestamp', value: -1 }, '-1, no whole number'],
  ['a float of 1e300', { '!': 'float', value: 1e300 }, '1e+300'],
  ['a boolean that is a text', { '!': 'boolean', value: 'no' }, "the text 'no', no boolean"],
  ['a decimal without digits', { '!': 'decimal', value: { places: 1 } }, 'a undefined, no whole number'],
  [
    'S-s13: a decimal of too many digits',
    { '!': 'decimal', value: { places: 1, digits: 2 ** 31 } },
    '2147483648, no whole number from -2147483648 to 2147483647',
  ],
  ['a type nobody knows', { '!': 'toString', value: 1 }, 'of a type that is not known (toString)'],
  ['a type that is no text', { '!': {}, value: 1 }, 'of a type that is not known (object)'],
];

describe('T-B5: a field table', () => {
  for (const [name, value, what] of cases) {
    it(`refuses ${name}, and says where`, () => {
      assert.ok(
        refusal({ fine: 1, a: { b: value } }).startsWith(`headers.a.b is ${what}`),
        refusal({ a: { b: value } }),
      );
      assert.ok(refusal({ list: [1, [value]] }).startsWith(`headers.list[1][0] is ${what}`));
    });
  }

  it('refuses a circular value with a short error', () => {
    const text = refusal({ a: circle });
    assert.match(
      text,
      /^headers\.a\.self\.self.*\.\.\. is deeper than any table, or a circle, which AMQP cannot carry$/,
    );
    assert.ok(text.length < 400);
  });

  it('refuses a name of more than 255 bytes', () => {
    assert.match(refusal({ ['ü'.repeat(128)]: 1 }), /^headers\.ü+ is a name of more than 255 bytes/);
  });

  for (const table of [[1], new Map([['a', 1]]), 'text', 5]) {
    it(`refuses ${JSON.stringify(table)} in place of a table`, () => {
      assert.equal(refusal(table), 'headers is no table, which AMQP cannot carry');
    });
  }
});
