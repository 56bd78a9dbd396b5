import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { rabbitmqOnly } from '../../support/rabbitmq-only.js';
import { collectGroups } from '../../support/test-files.js';

describe('the tests that are left out on the embedded broker', () => {
  it('are there, each with a reason', () => {
    for (const { file, reason } of rabbitmqOnly) {
      assert.ok(existsSync(file), file);
      assert.match(reason, /\w/);
    }
  });

  it('are all those that start or ask a node of RabbitMQ themselves, and know no other way', () => {
    const [group] = collectGroups(process.cwd(), 'embedded');
    const bound = group?.files.filter((file) => {
      const text = readFileSync(file, 'utf8');
      return /RabbitNode|management\(/.test(text) && !text.includes('isEmbedded()');
    });
    assert.deepEqual(bound, [], 'name them in test/support/rabbitmq-only.ts');
  });
});
