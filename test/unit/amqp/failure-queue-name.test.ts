import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failedQueueName, failureQueueName } from '../../../src/amqp/failing/failure-queue-name.js';

describe('the name of a queue for retried or parked messages', () => {
  it('begins with the name of the queue whose messages failed', () => {
    assert.equal(failureQueueName('orders', 'retry.500'), 'orders.retry.500');
    assert.equal(failedQueueName('q'.repeat(248)), `${'q'.repeat(248)}.failed`);
  });

  it('is short enough for AMQP and belongs to one queue only, however long the names of the queues are', () => {
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
