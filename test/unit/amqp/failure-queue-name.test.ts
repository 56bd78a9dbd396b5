import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failedQueueName, failureQueueName } from '../../../src/amqp/failing/failure-queue-name.js';

describe('the name of a queue beside another one', () => {
  it('begins with its name', () => {
    assert.equal(failureQueueName('orders', 'retry.500'), 'orders.retry.500');
    assert.equal(failedQueueName('q'.repeat(248)), `${'q'.repeat(248)}.failed`);
  });

  it('fits, and is that of one queue only, however long those names are', () => {
    const queues = [
      'q'.repeat(255),
      `${'q'.repeat(254)}p`,
      'ö'.repeat(127),
      `q${'ö'.repeat(127)}`,
      'q'.repeat(249),
    ];
    const names = queues.flatMap((queue) => [
      failedQueueName(queue),
      failureQueueName(queue, 'retry.31536000000'),
    ]);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.ok(Buffer.byteLength(name) <= 255, name);
  });
});
