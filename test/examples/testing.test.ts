import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
// The example is a test itself: importing it registers it here.
import '../../examples/testing/ping.test.js';

describe('docs/testing.md', () => {
  it('shows the example as it is', async () => {
    const example = await readFile('examples/testing/ping.test.ts', 'utf8');
    const page = await readFile('docs/testing.md', 'utf8');
    const [, shown] = /```ts\n(.*?)```/s.exec(page) ?? [];
    assert.equal(shown, example);
  });
});
