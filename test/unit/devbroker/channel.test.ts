import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AmqpError } from '../../../src/protocol/index.js';
import { CoreWorld } from './core-world.js';

const code = (expected: number) => (error: unknown) => error instanceof AmqpError && error.code === expected;

describe('consumers', () => {
  it('take turns', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q');
    for (const tag of ['a', 'b', 'c']) world.consume(client, 'q', tag);
    for (let number = 0; number < 6; number += 1) world.publish(client, '', 'q', String(number));
    assert.deepEqual(
      client.sink.deliveries.map(({ consumerTag }) => consumerTag),
      ['a', 'b', 'c', 'a', 'b', 'c'],
    );
  });

  it('of higher priority come first, until they are full', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q');
    client.channel.setPrefetch(2, false);
    world.consume(client, 'q', 'low');
    world.consume(client, 'q', 'high', { 'x-priority': 5 });
    for (let number = 0; number < 5; number += 1) world.publish(client, '', 'q', String(number));
    const tags = () => client.sink.deliveries.map(({ consumerTag }) => consumerTag);
    assert.deepEqual(tags(), ['high', 'high', 'low', 'low']);
    client.channel.settle(1, false, 'ack');
    assert.deepEqual(tags().slice(4), ['high']);
  });

  it('wait behind a single active consumer', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q', { 'x-single-active-consumer': true });
    for (const tag of ['a', 'b']) world.consume(client, 'q', tag);
    world.publish(client, '', 'q', '1');
    world.publish(client, '', 'q', '2');
    client.channel.cancel('a');
    world.publish(client, '', 'q', '3');
    assert.deepEqual(
      client.sink.deliveries.map(({ consumerTag }) => consumerTag),
      ['a', 'a', 'b'],
    );
  });

  it('follow a single active consumer in the order of their priorities', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q', { 'x-single-active-consumer': true });
    for (const [tag, priority] of [
      ['a', 5],
      ['b', 0],
      ['c', 2],
      ['d', 2],
    ] as const)
      world.consume(client, 'q', tag, { 'x-priority': priority });
    for (const tag of ['a', 'c', 'd']) {
      world.publish(client, '', 'q', tag);
      client.channel.cancel(tag);
    }
    world.publish(client, '', 'q', 'b');
    assert.deepEqual(
      client.sink.deliveries.map(({ consumerTag }) => consumerTag),
      ['a', 'c', 'd', 'b'],
    );
  });

  it('wait for room under a prefetch of their own or of the channel', () => {
    const world = new CoreWorld();
    const client = world.channel();
    for (const name of ['p', 'q']) world.queue(name);
    client.channel.setPrefetch(3, true);
    client.channel.setPrefetch(2, false);
    for (const name of ['p', 'q']) world.consume(client, name, name);
    for (const name of ['p', 'p', 'p', 'q', 'q']) world.publish(client, '', name, name);
    assert.deepEqual(client.sink.bodies, ['p', 'p', 'q']);
    client.channel.settle(2, true, 'ack');
    assert.deepEqual(client.sink.bodies, ['p', 'p', 'q', 'p', 'q']);
  });

  it('get nothing while their client does not read, and all of it when it does', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q');
    world.consume(client, 'q', 'c', {}, true);
    client.sink.isReady = false;
    world.publish(client, '', 'q', 'x');
    assert.deepEqual(client.sink.bodies, []);
    client.sink.isReady = true;
    client.channel.pump();
    assert.deepEqual(client.sink.bodies, ['x']);
  });

  it('are told when their queue goes', () => {
    const world = new CoreWorld();
    const client = world.channel();
    const queue = world.queue('q');
    world.consume(client, 'q', 'c');
    world.host.deleteQueue(queue);
    assert.deepEqual(client.sink.cancels, ['c']);
    world.queue('q');
    world.consume(client, 'q', 'c');
  });

  it('cannot share a consumer tag, nor a queue with an exclusive consumer', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q');
    world.queue('own');
    world.consume(client, 'q', 'c');
    assert.throws(() => world.consume(client, 'q', 'c'), code(530));
    const exclusive = { queue: 'own', consumerTag: '', noAck: false, exclusive: true, arguments: {} };
    client.channel.consume(exclusive);
    assert.throws(() => world.consume(client, 'own', 'd'), code(403));
  });
});

describe('settling', () => {
  it('of an unknown tag is refused', () => {
    const { channel } = new CoreWorld().channel();
    assert.throws(() => channel.settle(1, false, 'ack'), code(406));
    assert.throws(() => channel.settle(1, true, 'ack'), code(406));
    assert.throws(() => channel.settle(0, false, 'ack'), code(406));
    channel.settle(0, true, 'ack');
  });

  it('with multiple settles all deliveries up to the tag', () => {
    const world = new CoreWorld();
    const { channel, ...rest } = world.channel();
    world.queue('q');
    for (const text of ['1', '2', '3']) world.publish({ channel, ...rest }, '', 'q', text);
    for (let tag = 1; tag <= 3; tag += 1) channel.get('q', false);
    channel.settle(2, true, 'ack');
    channel.close();
    assert.deepEqual(world.waiting('q'), ['3']);
  });

  it('is done by closing the channel: unsettled messages go back, marked as redelivered', () => {
    const world = new CoreWorld();
    const [first, second] = [world.channel(), world.channel()];
    world.queue('q');
    world.consume(first, 'q', 'c');
    for (const text of ['1', '2']) world.publish(first, '', 'q', text);
    world.consume(second, 'q', 'd');
    first.channel.close();
    assert.deepEqual(second.sink.bodies, ['1', '2']);
    assert.deepEqual(
      second.sink.deliveries.map(({ redelivered }) => redelivered),
      [true, true],
    );
  });

  it('of many at once goes by queue and consumer, in the order of their names', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('dead');
    const toDead = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    for (const name of ['b', 'a']) {
      world.queue(name, toDead);
      for (const text of ['1', '2', '3']) world.publish(client, '', name, name + text);
      client.channel.get(name, false);
    }
    client.channel.setPrefetch(1, false);
    for (const tag of ['y', 'x']) world.consume(client, 'a', tag);
    client.channel.settle(0, true, 'reject');
    assert.deepEqual(world.waiting('dead'), ['a1', 'a3', 'a2', 'b1']);
  });

  it('waits for the commit in a transaction, and is undone by a rollback', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('q');
    world.publish(client, '', 'q', 'before');
    client.channel.publishing.select('transaction');
    client.channel.get('q', false);
    client.channel.settle(1, false, 'ack');
    world.publish(client, '', 'q', 'within');
    assert.deepEqual(world.waiting('q'), []);
    client.channel.rollback();
    assert.equal(client.channel.isClear, false);
    client.channel.settle(1, false, 'ack');
    world.publish(client, '', 'q', 'again');
    client.channel.commit();
    assert.equal(client.channel.isClear, true);
    assert.deepEqual(world.waiting('q'), ['again']);
  });
});

describe('publishing', () => {
  it('is confirmed also when nothing takes the message, after its return', () => {
    const world = new CoreWorld();
    const { channel, sink } = world.channel();
    channel.publishing.select('confirm');
    const content = { properties: {}, encodedProperties: Buffer.alloc(2), body: Buffer.from('x') };
    channel.publish({ exchange: 'amq.direct', routingKey: 'k', mandatory: true, content });
    channel.publish({ exchange: 'amq.direct', routingKey: 'k', mandatory: false, content });
    assert.equal(sink.returns.length, 1);
    assert.deepEqual(sink.confirms, ['ack 1', 'ack 2']);
  });

  it('is refused for a missing exchange, and for properties that are not true', () => {
    const world = new CoreWorld();
    const client = world.channel();
    assert.throws(() => world.publish(client, 'missing', '', 'x'), code(404));
    assert.throws(() => world.publish(client, '', 'q', 'x', { userId: 'somebody' }), code(406));
    assert.throws(() => world.publish(client, '', 'q', 'x', { expiration: 'soon' }), code(406));
    assert.throws(() => world.publish(client, '', 'q', 'x', { headers: { CC: 'q' } }), code(406));
    assert.throws(() => world.publish(client, 'amq.rabbitmq.trace', '', 'x'), code(403));
  });

  it('to a direct reply name reaches the channel that asked', () => {
    const world = new CoreWorld();
    const [caller, server] = [world.channel(), world.channel()];
    world.queue('rpc');
    assert.throws(
      () => world.publish(caller, '', 'rpc', 'x', { replyTo: 'amq.rabbitmq.reply-to' }),
      code(406),
    );
    world.consume(caller, 'amq.rabbitmq.reply-to', 'replies', {}, true);
    world.publish(caller, '', 'rpc', 'ask', { replyTo: 'amq.rabbitmq.reply-to' });
    const request = server.channel.get('rpc', true);
    world.publish(server, '', request?.message.properties.replyTo ?? '', 'answer');
    assert.deepEqual(caller.sink.bodies, ['answer']);
    caller.channel.close();
    world.publish(server, '', request?.message.properties.replyTo ?? '', 'too late');
    assert.deepEqual(caller.sink.bodies, ['answer']);
  });
});

describe('exclusive queues', () => {
  it('are locked for other connections and go with their own', () => {
    const world = new CoreWorld();
    const [owner, other] = [{ name: 'owner' }, { name: 'other' }];
    const settings = { name: 'q', durable: false, autoDelete: false, arguments: {} };
    world.host.declareQueue({ ...settings, owner });
    assert.throws(() => world.channel(other).channel.get('q', true), code(405));
    assert.throws(() => world.host.declareQueue({ ...settings, owner: other }), code(405));
    assert.equal(world.channel(owner).channel.get('q', true), undefined);
    world.host.deleteQueuesOf(owner);
    assert.equal(world.host.findQueue('q'), undefined);
  });
});
