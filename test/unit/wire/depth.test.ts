import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GzipJsonEncoder, JsonEncoder } from 'waybill';
import { checkDepth } from '../../../src/wire/untrusted.js';

const malformed = { name: 'MalformedMessageError', message: /nests deeper than \d+ levels/ };

/** `[[[…]]]`, or objects, or both in turn, that deep. */
function nested(depth: number, kinds: readonly ('list' | 'object')[] = ['list']): Buffer {
  let open = '';
  let close = '';
  for (let level = 0; level < depth; level++) {
    const list = kinds[level % kinds.length] === 'list';
    open += list ? '[' : '{"a":';
    close = (list ? ']' : '}') + close;
  }
  return Buffer.from(`${open}1${close}`);
}

/** How deep a value nests: the plain definition. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Texts that look like structure and escapes: what a scanner may trip over. */
const trap = fc
  .array(fc.constantFrom('[', ']', '{', '}', '"', '\\', '\\\\', 'ü', '\n', 'x'), { maxLength: 12 })
  .map((parts) => parts.join(''));
const { value: traps } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 12, withCrossShrink: true },
    fc.oneof(trap, fc.integer(), fc.constant(null), fc.boolean()),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(trap, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

describe('the limit of depth', () => {
  it('holds exactly, for lists and objects', () => {
    const encoder = new JsonEncoder({ maxDepth: 50 });
    for (const kinds of [['list'], ['object'], ['list', 'object']] as const) {
      encoder.decode(nested(50, kinds));
      assert.throws(() => encoder.decode(nested(51, kinds)), malformed);
    }
    new GzipJsonEncoder({ maxDepth: 50 }).decode(
      new GzipJsonEncoder().encode(JSON.parse(nested(50).toString())),
    );
  });

  it('is 200 unless said otherwise', () => {
    new JsonEncoder().decode(nested(200));
    assert.throws(() => new JsonEncoder().decode(nested(201)), malformed);
  });

  it('refuses a million levels without a stack overflow, also when they are not closed', () => {
    for (const bytes of [nested(1_000_000), Buffer.alloc(1_000_000, '['), Buffer.alloc(1_000_000, '{"a":')]) {
      assert.throws(() => new JsonEncoder().decode(bytes), malformed);
    }
  });

  it('does not count brackets and escaped quotes inside texts', () => {
    const encoder = new JsonEncoder({ maxDepth: 2 });
    const texts = ['[[[[[[[[', '{"{"{"{"{', '\\"[[[[', '\\\\', '\\\\\\"[[[[', 'ends in \\', '"'];
    for (const text of texts) {
      assert.deepEqual(encoder.decode(Buffer.from(JSON.stringify([[text]]))), [[text]]);
      assert.throws(() => encoder.decode(Buffer.from(JSON.stringify([text, [[text]]]))), malformed);
    }
  });

  it('agrees with the plain definition on any JSON', () => {
    fc.assert(
      fc.property(traps, fc.integer({ min: 0, max: 14 }), (value, maxDepth) => {
        const text = Buffer.from(JSON.stringify(value));
        const check = (): void => checkDepth(text, maxDepth);
        if (depthOf(value) > maxDepth) assert.throws(check, malformed);
        else check();
      }),
      { numRuns: 2_000 },
    );
  });
});
