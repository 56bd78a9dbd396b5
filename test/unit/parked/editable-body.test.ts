import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync, gzipSync, inflateSync, unzipSync } from 'node:zlib';
import type { FailedMessage } from '../../../src/amqp/index.js';
import { setIn } from '../../../src/cli/failed/set-in.js';
import { EditableBody } from '../../../src/parked/editable-body.js';

function bodyOf(content: Buffer | string, properties: FailedMessage['properties'] = {}): EditableBody {
  return new EditableBody({
    id: 'm1',
    dossier: undefined,
    origin: {},
    editedAt: undefined,
    properties,
    content: Buffer.from(content),
  });
}

describe('a body that is edited', () => {
  it('is JSON in lines, and stays JSON', () => {
    const body = bodyOf('{"a":{"b":1}}');
    assert.equal(body.text, '{\n  "a": {\n    "b": 1\n  }\n}\n');
    assert.equal(body.extension, '.json');
    assert.equal(body.encode('{"a":2}').toString(), '{"a":2}');
    assert.throws(() => body.encode('{"a":2'), /was JSON and would be none any more/);
  });

  it('is unchanged where only its lines differ', () => {
    const body = bodyOf('{"a":1}');
    assert.ok(body.isUnchanged(body.text) && body.isUnchanged('{"a":1}') && !body.isUnchanged('{"a":2}'));
  });

  for (const text of ['{"id":12345678901234567890}', '{"price":1.0}', '{"a":1,"a":2}', '[1e2]']) {
    it(`loses nothing of ${text}`, () => {
      const body = bodyOf(text);
      assert.equal(body.text, text);
      assert.throws(() => body.value, /numbers that JavaScript would write otherwise/);
    });
  }

  it('is not deceived by numbers in texts', () => {
    const body = bodyOf('{"a":"1.0 and \\" 2.0","b":-1.5e-7}');
    assert.deepEqual(body.value, { a: '1.0 and " 2.0', b: -1.5e-7 });
  });

  it('is packed as it was, as gzip or as the zlib that kombu calls gzip', () => {
    const gzip = bodyOf(gzipSync('{"a":1}'), { contentEncoding: 'gzip' });
    assert.deepEqual(gzip.value, { a: 1 });
    assert.equal(unzipSync(gzip.encode('{"a":2}')).toString(), '{"a":2}');
    assert.deepEqual([...gzip.encode('{}').subarray(0, 2)], [0x1f, 0x8b]);
    const zlib = bodyOf(deflateSync('{"a":1}'), { headers: { compression: 'application/x-gzip' } });
    assert.equal(inflateSync(zlib.encode('{"a":2}')).toString(), '{"a":2}');
  });

  it('is text where it is no JSON, and nothing where it is no text', () => {
    const body = bodyOf('hello');
    assert.deepEqual([body.text, body.extension], ['hello', '.txt']);
    assert.throws(() => body.value, /no JSON, so nothing can be set/);
    assert.throws(() => bodyOf(Buffer.from([0xff, 0xfe])), /no text.*--body @file/);
  });
});

describe('--set', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['a.b=2', { a: { b: 2 }, list: [{ n: 1 }] }],
    ['a.b=two', { a: { b: 'two' }, list: [{ n: 1 }] }],
    ['a.b="2"', { a: { b: '2' }, list: [{ n: 1 }] }],
    ['a.new={"x":null}', { a: { b: 1, new: { x: null } }, list: [{ n: 1 }] }],
    ['list.0.n=5', { a: { b: 1 }, list: [{ n: 5 }] }],
    ['list.1=x=y', { a: { b: 1 }, list: [{ n: 1 }, 'x=y'] }],
  ];
  for (const [assignment, expected] of cases) {
    it(`understands ${assignment}`, () => {
      const value = { a: { b: 1 }, list: [{ n: 1 }] };
      setIn(value, assignment);
      assert.deepEqual(value, expected);
    });
  }

  const bad: readonly (readonly [string, RegExp])[] = [
    ['a', /cannot be read/],
    ['=1', /cannot be read/],
    ['c.d=1', /has no c\.$/],
    ['a.b.c=1', /has no a\.b\.c\.$/],
    ['list.2=1', /has no list\.2\.$/],
    ['list.length=0', /has no list\.length\.$/],
    ['__proto__.x=1', /has no __proto__\.$/],
    ['a.__proto__=1', /has no a\.__proto__\.$/],
    ['constructor.prototype.x=1', /has no constructor\.$/],
  ];
  for (const [assignment, words] of bad) {
    it(`refuses ${assignment}`, () => {
      assert.throws(() => setIn({ a: { b: 1 }, list: [1, 2].slice(0, 1) }, assignment), words);
    });
  }
});
