import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoreWorld, type TestChannel } from './core-world.js';

const MINUTE = 60_000;
const quorum = { 'x-queue-type': 'quorum' };

/** A world with a client that holds `first`, and `second` since ten minutes later. */
function holding(profile: '3.10' | '4.0' | '4.3', args = quorum) {
  const world = new CoreWorld(profile);
  const client = world.channel();
  const queue = world.queue('q', args);
  world.consume(client, 'q', 'slow');
  world.publish(client, '', 'q', 'first');
  world.clock.advance(10 * MINUTE);
  world.publish(client, '', 'q', 'second');
  return { world, client, queue };
}

function another(world: CoreWorld): TestChannel {
  const client = world.channel();
  world.consume(client, 'q', 'other');
  return client;
}

describe('a consumer that does not settle in time', () => {
  for (const profile of ['3.10', '4.0'] as const) {
    it(`loses the channel on ${profile}`, () => {
      const { world, client } = holding(profile);
      world.clock.advance(20 * MINUTE - 1);
      assert.deepEqual(client.sink.timeouts, []);
      world.clock.advance(1);
      assert.deepEqual(client.sink.timeouts, [30 * MINUTE]);
    });
  }

  it('loses the channel by the timeout of the queue, where that is shorter', () => {
    const { world, client } = holding('4.0', { ...quorum, 'x-consumer-timeout': 15 * MINUTE } as never);
    world.clock.advance(5 * MINUTE);
    assert.deepEqual(client.sink.timeouts, [15 * MINUTE]);
  });

  it('keeps the channel when it settles shortly before', () => {
    const { world, client } = holding('4.0');
    world.clock.advance(20 * MINUTE - 1);
    client.channel.settle(1, false, 'ack');
    world.clock.advance(MINUTE);
    assert.deepEqual(client.sink.timeouts, []);
  });
});

describe('a consumer that does not settle in time, on 4.3', () => {
  it('is cancelled each time that a message is overdue, and stays a consumer', () => {
    const { world, client, queue } = holding('4.3');
    world.clock.advance(20 * MINUTE);
    assert.deepEqual(client.sink.cancels, ['slow']);
    assert.equal(queue.consumerCount, 1);
    assert.deepEqual(world.waiting('q'), ['first']);
    world.clock.advance(10 * MINUTE);
    assert.deepEqual(client.sink.cancels, ['slow', 'slow']);
    assert.deepEqual(world.waiting('q'), ['first', 'second']);
  });

  it('gets no message until all overdue ones are acked; a late ack does not remove the message', () => {
    const { world, client } = holding('4.3');
    world.clock.advance(30 * MINUTE);
    client.channel.settle(1, false, 'ack');
    assert.deepEqual(client.sink.bodies, ['first', 'second']);
    client.channel.settle(2, false, 'ack');
    assert.deepEqual(client.sink.bodies, ['first', 'second', 'first', 'second']);
    assert.ok(client.sink.deliveries.slice(2).every(({ redelivered }) => redelivered));
  });

  it('loses overdue messages to other consumers, which does not count for the delivery limit', () => {
    const { world } = holding('4.3');
    world.clock.advance(20 * MINUTE);
    const other = another(world);
    const [delivery] = other.sink.deliveries;
    assert.deepEqual(delivery?.message.properties.headers, { 'x-acquired-count': 1 });
    assert.deepEqual(other.sink.bodies, ['first']);
  });

  it('is no consumer any more once it has answered the cancel', () => {
    const { world, client, queue } = holding('4.3');
    world.clock.advance(20 * MINUTE);
    assert.equal(client.channel.confirmCancel('slow'), true);
    assert.equal(queue.consumerCount, 0);
    assert.equal(client.channel.confirmCancel('slow'), false);
  });

  it('loses the channel when it was cancelled before its message is overdue', () => {
    const { world, client } = holding('4.3');
    client.channel.cancel('slow');
    world.clock.advance(20 * MINUTE);
    assert.deepEqual(client.sink.timeouts, [-1]);
  });

  it('has no time limit on a classic queue', () => {
    const { world, client } = holding('4.3', { 'x-queue-type': 'classic' });
    world.clock.advance(1000 * MINUTE);
    assert.deepEqual([client.sink.timeouts, client.sink.cancels], [[], []]);
  });

  it('hands over to the next consumer where one is active at a time', () => {
    const { world, client } = holding('4.3', { ...quorum, 'x-single-active-consumer': true } as never);
    const other = another(world);
    world.clock.advance(20 * MINUTE);
    assert.deepEqual([client.sink.bodies, other.sink.bodies], [['first', 'second'], ['first']]);
  });
});
