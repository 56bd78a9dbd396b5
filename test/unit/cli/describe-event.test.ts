import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeEvent } from '../../../src/cli/describe-event.js';
import type { Message } from '../../../src/devbroker/index.js';

const message: Message = {
  exchange: 'ping-exchange',
  routingKeys: ['ping_rk'],
  properties: { messageId: 'm1', replyTo: 'replies' },
  body: Buffer.from('{"name":"ping"}'),
};

function published(other: Partial<Message>): string {
  return describeEvent({ type: 'published', connection: 'sender', message: { ...message, ...other } });
}

describe('a verbose line', () => {
  it('shows where a message goes, what is in it and who sent it', () => {
    assert.equal(
      published({}),
      '> sender published ping-exchange "ping_rk" 15 bytes messageId=m1 replyTo=replies {"name":"ping"}',
    );
  });

  it('shows bytes that are no text as such, and cuts what is long', () => {
    const bytes = published({ body: Buffer.from([0, 255, 1]), properties: {} });
    assert.equal(bytes, '> sender published ping-exchange "ping_rk" 3 bytes <00ff01>');
    const long = published({ body: Buffer.alloc(1000, 'a') });
    assert.match(long, /a{240}\.\.\.$/);
    assert.match(published({ properties: { contentEncoding: 'gzip' } }), /<gzip>$/);
  });

  it('names the default exchange', () => {
    assert.match(published({ exchange: '' }), /published \(default exchange\) "ping_rk"/);
  });

  it('tells of routing, delivery, settlement, death and errors', () => {
    const lines = [
      describeEvent({ type: 'routed', message, queues: [] }),
      describeEvent({ type: 'routed', message, queues: ['a', 'b'] }),
      describeEvent({
        type: 'delivered',
        connection: 'c',
        queue: 'a',
        consumerTag: 't',
        redelivered: true,
        message,
      }),
      describeEvent({ type: 'settled', connection: 'c', queue: 'a', settlement: 'requeue', message }),
      describeEvent({ type: 'died', queue: 'a', reason: 'expired', message }),
      describeEvent({ type: 'error', connection: 'c', text: 'NOT_FOUND - no queue' }),
    ];
    assert.deepEqual(
      lines.map((line) => line.replace(/ 15 bytes.*/, '')),
      [
        '  routed to no queue',
        '  routed to a, b',
        '< a to c, again:',
        '  a: requeue by c',
        'x a: expired',
        '! c: NOT_FOUND - no queue',
      ],
    );
  });
});
