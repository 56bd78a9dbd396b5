import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blank, isTruer, readToken, tokenMessage } from '../../../src/recurring/token.js';

const now = Date.UTC(2026, 10, 27);

describe('a token', () => {
  it('is read as it was written', () => {
    const token = { number: 4, last: now - 1, by: 'Shop@host 1' };
    assert.deepEqual(readToken(tokenMessage('q', token).content, now), token);
    assert.deepEqual(readToken(tokenMessage('q', blank).content, now), { ...blank });
  });

  it('that nobody could have written knows nothing', () => {
    const odd = [
      '',
      'null',
      '[]',
      '4',
      '{"number":-1}',
      '{"number":1.5,"last":1}',
      '{"number":1,"last":"1"}',
    ];
    for (const text of [...odd, `{"number":1,"last":${now + 2 * 86_400_000}}`])
      assert.deepEqual(readToken(Buffer.from(text), now), blank, text);
  });

  it('is truer when it counts higher, or has been at it longer', () => {
    const at = (number: number, last?: number) => ({ number, last, by: undefined });
    assert.equal(isTruer(at(2, 5), at(1, 9)), true);
    assert.equal(isTruer(at(1, 5), at(1, 9)), true);
    for (const [one, other] of [
      [at(1, 9), at(1, 5)],
      [at(1, 5), at(1, 5)],
      [blank, at(0, 1)],
      [blank, blank],
    ] as const)
      assert.equal(isTruer(one, other), false);
  });
});
