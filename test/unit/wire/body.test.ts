import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MalformedMessageError } from 'waybill';
import { copyJson, isRecord, readBody } from '../../../src/wire/index.js';

const envelope = {
  type: 'command',
  name: 'ping',
  category: 'message',
  version: '2',
  fingerprint: { name: 'x' },
  content: { parameters: {} },
  _reserved: {},
};

describe('reading an envelope', () => {
  it('gives the seven keys as they are', () => {
    assert.deepEqual(readBody(envelope), envelope);
  });

  it('ignores unknown keys', () => {
    assert.deepEqual(readBody({ ...envelope, extra: 1 }), envelope);
  });

  it('accepts an envelope without version, fingerprint and reserved part', () => {
    const { version: _v, fingerprint: _f, _reserved: _r, ...short } = envelope;
    assert.deepEqual(readBody(short), { ...envelope, fingerprint: {} });
    assert.deepEqual(readBody({ ...envelope, fingerprint: 7, _reserved: [] }), {
      ...envelope,
      fingerprint: {},
    });
  });

  it('accepts a name that is null', () => {
    assert.equal(readBody({ ...envelope, name: null }).name, null);
  });

  it('takes a version that is a number as its text', () => {
    assert.equal(readBody({ ...envelope, version: 2 }).version, '2');
  });

  const broken: readonly (readonly [title: string, body: unknown, text: RegExp])[] = [
    ['a list', [1, 2], /not an object/],
    ['null', null, /not an object/],
    ['a text', 'ping', /not an object/],
    ['a number', 7, /not an object/],
    ['nothing', undefined, /not an object/],
    ['an empty object', {}, /'type' or 'category'/],
    ['no type', { ...envelope, type: undefined }, /'type' or 'category'/],
    ['a category that is no text', { ...envelope, category: 1 }, /'type' or 'category'/],
    ['no name', { ...envelope, name: undefined }, /'name'/],
    ['a name that is a number', { ...envelope, name: 7 }, /'name'/],
    ['no content', { ...envelope, content: undefined }, /'content'/],
    ['content that is a list', { ...envelope, content: [] }, /'content'/],
    ['content that is null', { ...envelope, content: null }, /'content'/],
  ];
  for (const [title, body, text] of broken) {
    it(`P-C35: refuses ${title}`, () => {
      assert.throws(() => readBody(body), { name: 'MalformedMessageError', message: text });
    });
  }

  it('throws nothing but MalformedMessageError, whatever JSON came', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown[]>({ toString: 1, valueOf: 1 }, { toString: null }, { length: -1 }),
    );
    const keys = Object.fromEntries(
      Object.entries(envelope).map(([key, good]) => [key, fc.oneof(fc.constant(good), odd)]),
    );
    fc.assert(
      fc.property(fc.oneof(odd, fc.record(keys, { requiredKeys: [] })), (value) => {
        try {
          const { version, fingerprint, content, _reserved } = readBody(value);
          assert.equal(typeof version, 'string');
          assert.ok([fingerprint, content, _reserved].every(isRecord));
        } catch (error) {
          assert.ok(error instanceof MalformedMessageError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('copies of JSON', () => {
  it('equal what structuredClone gives, and share nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const copy = copyJson(value);
        assert.deepEqual(copy, structuredClone(value));
        assertNothingShared(value, copy);
      }),
      { numRuns: 1_000 },
    );
  });

  it('do not get their prototype from a key __proto__, as an own decoder may let through', () => {
    const hostile = JSON.parse('{"a":{"__proto__":{"admin":true}}}') as { a: { admin?: boolean } };
    const copy = copyJson(hostile);
    assert.equal(Object.getPrototypeOf(copy.a), Object.prototype);
    assert.equal(copy.a.admin, undefined);
    assert.equal(JSON.stringify(copy), JSON.stringify(hostile));
  });
});

function assertNothingShared(one: unknown, other: unknown): void {
  if (typeof one !== 'object' || one === null) return;
  assert.notEqual(one, other);
  for (const [key, value] of Object.entries(one))
    assertNothingShared(value, (other as Record<string, unknown>)[key]);
}

describe('isRecord', () => {
  it('is true for objects alone', () => {
    assert.deepEqual([{}, { a: 1 }, Object.create(null)].map(isRecord), [true, true, true]);
    assert.deepEqual([null, undefined, [], 'x', 1, true].map(isRecord), Array(6).fill(false));
  });
});
