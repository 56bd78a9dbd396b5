import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cut, cutLines } from '../../../src/common/foreign-text.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('cut', () => {
  it('leaves a short text of people as it is', () => {
    for (const text of ['', 'ping', 'größer', '注文 😀', 'x'.repeat(100)]) assert.equal(cut(text), text);
  });

  it('H-A10: keeps no more characters than it was told, and says that there were more', () => {
    assert.equal(cut('x'.repeat(101)), `${'x'.repeat(99)}…`);
    assert.equal(cut('abcdef', 3), 'ab…');
    assert.equal(cut('😀'.repeat(100), 4), '😀\ufffd…');
  });

  it('H-A10: keeps no memory for the text that it has cut away', () => {
    const inUse = (): number => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = inUse();
    const kept = Array.from({ length: 20 }, (_, index) => cut(`${index}${'x'.repeat(8_000_000)}`));
    const grown = inUse() - before;
    assert.equal(kept.length, 20);
    assert.ok(grown < 8_000_000, `${grown} bytes more`);
  });

  it('replaces characters by which a sender could begin a line of its own or control a terminal', () => {
    assert.equal(
      cut('a\nwaybill error: b\r\u001b[31m\u2028c\u0085'),
      'a\ufffdwaybill error: b\ufffd\ufffd[31m\ufffdc\ufffd',
    );
    assert.equal(cut('half \ud83d of one'), 'half \ufffd of one');
  });

  it('makes a text of any value', () => {
    const values = [null, undefined, 5, 5n, true, Symbol('s'), {}, Object.create(null), []];
    const texts = ['null', 'undefined', '5', '5', 'true', 'Symbol(s)', 'an object', 'an object', 'an object'];
    assert.deepEqual(
      values.map((value) => cut(value)),
      texts,
    );
  });
});

describe('cutLines', () => {
  it('cuts and replaces as cut does, and keeps the lines', () => {
    assert.equal(cutLines('a\n\tb\u001b\ud83d', 100), 'a\n\tb\ufffd\ufffd');
    assert.equal(cutLines('a\nb\nc', 4), 'a\nb…');
  });
});
