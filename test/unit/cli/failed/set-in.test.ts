import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setIn } from '../../../../src/cli/failed/set-in.js';

describe('--set', () => {
  const body = (): Record<string, unknown> => ({ content: { parameters: { article: 'stmap' } }, list: [1] });

  it('sets a place, and says nothing of one that was there', () => {
    const value = body();
    assert.equal(setIn(value, 'content.parameters.article=stamp'), undefined);
    assert.deepEqual(value, { ...body(), content: { parameters: { article: 'stamp' } } });
  });

  it('names the place that was not there before, since it may be misspelt', () => {
    const value = body();
    assert.equal(setIn(value, 'content.parameters.articel=stamp'), 'content.parameters.articel');
    assert.equal(setIn(value, 'list.1=2'), 'list.1');
    assert.deepEqual(value, {
      content: { parameters: { article: 'stmap', articel: 'stamp' } },
      list: [1, 2],
    });
  });

  it('refuses a way that is not there', () => {
    for (const path of ['contents.parameters=1', 'list.3=1', 'list.x=1', '__proto__.a=1', '=1'])
      assert.throws(() => setIn(body(), path), { name: 'UsageError' }, path);
  });
});
