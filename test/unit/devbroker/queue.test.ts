import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FieldTable } from '../../../src/protocol/index.js';
import { CoreWorld } from './core-world.js';

const HOUR_MS = 3_600_000;

describe('a queue', () => {
  it('lets messages expire at the head, each at its own time', () => {
    const world = new CoreWorld();
    const publisher = world.channel();
    world.queue('dead');
    world.queue('q', {
      'x-message-ttl': HOUR_MS,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': 'dead',
    });
    world.publish(publisher, '', 'q', 'short', { expiration: '10' });
    world.publish(publisher, '', 'q', 'long');
    world.clock.advance(10);
    assert.deepEqual([world.waiting('q'), world.waiting('dead')], [['long'], ['short']]);
    world.clock.advance(HOUR_MS - 11);
    assert.deepEqual(world.waiting('q'), ['long']);
    world.clock.advance(1);
    assert.deepEqual([world.waiting('q'), world.waiting('dead')], [[], ['short', 'long']]);
  });

  it('keeps an expired message until it comes to the head', () => {
    const world = new CoreWorld();
    const publisher = world.channel();
    world.queue('q');
    world.publish(publisher, '', 'q', 'stays');
    world.publish(publisher, '', 'q', 'expired', { expiration: '1' });
    world.clock.advance(HOUR_MS);
    assert.deepEqual(world.waiting('q'), ['stays', 'expired']);
    assert.equal(publisher.channel.get('q', true)?.messageCount, 0);
    assert.equal(publisher.channel.get('q', true), undefined);
  });

  it('hands a message with TTL 0 to a consumer that waits, and else drops it', () => {
    const world = new CoreWorld();
    const { channel, sink, connection } = world.channel();
    world.queue('q', { 'x-message-ttl': 0 });
    world.publish({ channel, sink, connection }, '', 'q', 'dropped');
    world.consume({ channel, sink, connection }, 'q', 'c');
    world.publish({ channel, sink, connection }, '', 'q', 'taken');
    assert.deepEqual(sink.bodies, ['taken']);
  });

  it('is deleted when it was not used for x-expires', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q', { 'x-expires': 1000 });
    world.clock.advance(999);
    client.channel.get('q', true);
    world.clock.advance(999);
    world.consume(client, 'q', 'c');
    world.clock.advance(HOUR_MS);
    assert.ok(world.host.findQueue('q'));
    client.channel.cancel('c');
    world.clock.advance(1000);
    assert.equal(world.host.findQueue('q'), undefined);
  });

  it('is deleted with its last consumer when it is auto-delete', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q', {}, true);
    for (const tag of ['one', 'two']) world.consume(client, 'q', tag);
    client.channel.cancel('one');
    assert.ok(world.host.findQueue('q'));
    client.channel.cancel('two');
    assert.equal(world.host.findQueue('q'), undefined);
  });

  it('drops messages from the head when it is over its limit', () => {
    const world = new CoreWorld();
    const publisher = world.channel();
    world.queue('q', { 'x-max-length': 2 });
    for (const text of ['1', '2', '3', '4']) world.publish(publisher, '', 'q', text);
    assert.deepEqual(world.waiting('q'), ['3', '4']);
    world.queue('bytes', { 'x-max-length-bytes': 5 });
    for (const text of ['four', 'x', 'yz']) world.publish(publisher, '', 'bytes', text);
    assert.deepEqual(world.waiting('bytes'), ['x', 'yz']);
  });

  it('nacks messages over its limit, if it was declared so', () => {
    const world = new CoreWorld();
    const publisher = world.channel();
    publisher.channel.publishing.select('confirm');
    world.queue('dead');
    world.queue('q', {
      'x-max-length': 1,
      'x-overflow': 'reject-publish-dlx',
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': 'dead',
    });
    for (const text of ['1', '2']) world.publish(publisher, '', 'q', text);
    assert.deepEqual(publisher.sink.confirms, ['ack 1', 'nack 2']);
    assert.deepEqual([world.waiting('q'), world.waiting('dead')], [['1'], ['2']]);
  });

  it('serves higher priorities first and keeps order within each', () => {
    const world = new CoreWorld();
    const publisher = world.channel();
    world.queue('q', { 'x-max-priority': 5 });
    const given: readonly (readonly [string, number | undefined])[] = [
      ['low', 1],
      ['none', undefined],
      ['high', 5],
      ['above', 9],
      ['low too', 1],
    ];
    for (const [text, priority] of given) world.publish(publisher, '', 'q', text, { priority });
    assert.deepEqual(world.waiting('q'), ['high', 'above', 'low', 'low too', 'none']);
  });

  it('takes messages back to where they were, in whatever order they return', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 });
    fc.assert(
      fc.property(order, fc.nat(6), (returns, left) => {
        const world = new CoreWorld();
        const client = world.channel();
        world.queue('q');
        for (let number = 1; number <= 6 + left; number += 1) world.publish(client, '', 'q', String(number));
        for (let number = 1; number <= 6; number += 1) client.channel.get('q', false);
        for (const tag of returns) client.channel.settle(tag, false, 'requeue');
        const expected = Array.from({ length: 6 + left }, (_, index) => String(index + 1));
        assert.deepEqual(world.waiting('q'), expected);
      }),
    );
  });

  it('counts the memory of what it holds, down to nothing', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q', { 'x-max-length': 5 });
    world.publish(client, '', 'q', '12345');
    const each = world.memory.bytes;
    assert.ok(each > 5);
    for (let number = 1; number < 8; number += 1) world.publish(client, '', 'q', '12345');
    assert.equal(world.memory.bytes, 5 * each);
    client.channel.get('q', true);
    client.channel.get('q', false);
    client.channel.get('q', false);
    assert.equal(world.memory.bytes, 4 * each);
    client.channel.settle(2, false, 'ack');
    client.channel.settle(3, false, 'requeue');
    assert.equal(world.memory.bytes, 3 * each);
    const queue = world.host.findQueue('q');
    assert.ok(queue);
    world.host.deleteQueue(queue);
    assert.equal(world.memory.bytes, 0);
  });

  it('keeps durable messages over a restart, and gives unsettled ones back', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q');
    world.publish(client, '', 'q', 'out', { deliveryMode: 2 });
    world.publish(client, '', 'q', 'kept', { deliveryMode: 2 });
    const memory = world.memory.bytes;
    world.publish(client, '', 'q', 'transient');
    client.channel.get('q', false);
    world.host.survive();
    assert.deepEqual(world.waiting('q'), ['out', 'kept']);
    assert.equal(world.memory.bytes, memory);
  });

  const refused: readonly (readonly [name: string, args: FieldTable])[] = [
    ['a TTL that is text', { 'x-message-ttl': '1' }],
    ['a negative TTL', { 'x-message-ttl': -1 }],
    ['expiry at once', { 'x-expires': 0 }],
    ['too many priorities', { 'x-max-priority': 256 }],
    ['an unknown overflow', { 'x-overflow': 'explode' }],
    ['a dead-letter key without exchange', { 'x-dead-letter-routing-key': 'k' }],
    ['a delivery limit on a classic queue', { 'x-delivery-limit': 1 }],
    ['priorities on a quorum queue', { 'x-queue-type': 'quorum', 'x-max-priority': 1 }],
    ['an unknown type', { 'x-queue-type': 'magic' }],
  ];
  for (const [name, args] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(() => new CoreWorld().queue('q', args), /^AmqpError: PRECONDITION_FAILED - invalid arg/);
    });
  }
});

describe('dead letters', () => {
  const toDead = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
  const deaths = (world: CoreWorld, queue: string) => {
    const [message] = world.host.findQueue(queue)?.messages ?? [];
    return message?.properties.headers?.['x-death'] as readonly FieldTable[] | undefined;
  };

  it('tell how and where they died', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('dead');
    world.queue('q', toDead);
    world.publish(client, '', 'q', 'x', { expiration: '5', headers: { mine: 1 } });
    world.clock.advance(5);
    const time = { '!': 'timestamp', value: Math.floor(world.clock.now() / 1000) };
    const [message] = world.host.findQueue('dead')?.messages ?? [];
    assert.deepEqual(message?.properties, {
      headers: {
        mine: 1,
        'x-death': [
          {
            count: { '!': 'long', value: 1 },
            exchange: '',
            'original-expiration': '5',
            queue: 'q',
            reason: 'expired',
            'routing-keys': ['q'],
            time,
          },
        ],
        'x-first-death-exchange': '',
        'x-first-death-queue': 'q',
        'x-first-death-reason': 'expired',
        'x-last-death-exchange': '',
        'x-last-death-queue': 'q',
        'x-last-death-reason': 'expired',
      },
    });
  });

  it('count deaths of the same kind, the latest first', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('dead', {
      'x-message-ttl': 10,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': 'q',
    });
    world.queue('q', toDead);
    world.publish(client, '', 'q', 'x');
    for (let round = 1; round <= 3; round += 1) {
      const got = client.channel.get('q', false);
      client.channel.settle(got?.deliveryTag ?? 0, false, 'reject');
      world.clock.advance(10);
    }
    const seen = deaths(world, 'q')?.map(({ queue, reason, count }) => [queue, reason, count]);
    const three = { '!': 'long', value: 3 };
    assert.deepEqual(seen, [
      ['dead', 'expired', three],
      ['q', 'rejected', three],
    ]);
  });

  it('are dropped when they would go round by themselves', () => {
    const world = new CoreWorld();
    world.queue('a', { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'b' });
    world.queue('b', { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'a' });
    world.publish(world.channel(), '', 'a', 'x');
    world.clock.advance(10);
    assert.deepEqual([world.waiting('a'), world.waiting('b')], [[], []]);
    assert.equal(world.memory.bytes, 0);
  });

  it('go nowhere when their exchange is not there', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q', { 'x-dead-letter-exchange': 'missing' });
    world.publish(client, '', 'q', 'x');
    client.channel.get('q', false);
    client.channel.settle(1, false, 'reject');
    assert.equal(world.memory.bytes, 0);
  });

  it('include what a quorum queue has delivered too often', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('dead');
    world.queue('q', { 'x-queue-type': 'quorum', 'x-delivery-limit': 1, ...toDead });
    world.publish(client, '', 'q', 'x');
    for (let tag = 1; tag <= 2; tag += 1) {
      client.channel.get('q', false);
      client.channel.settle(tag, false, 'requeue');
    }
    assert.equal(deaths(world, 'dead')?.[0]?.['reason'], 'delivery_limit');
  });
});
