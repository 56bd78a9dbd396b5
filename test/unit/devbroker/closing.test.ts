import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoreWorld } from './core-world.js';

describe('a channel that closes', () => {
  it('leaves the queues it consumes from, last declared first, and then the others', () => {
    const world = new CoreWorld();
    const [closing, watcher] = [world.channel(), world.channel()];
    for (const name of ['q0', 'q1', 'q2', 'q3']) {
      world.queue(name);
      world.publish(closing, '', name, name);
    }
    for (const name of ['q0', 'q2']) closing.channel.get(name, false);
    for (const name of ['q1', 'q3']) world.consume(closing, name, name);
    for (const name of ['q0', 'q1', 'q2', 'q3']) world.consume(watcher, name, name);
    closing.channel.close();
    assert.deepEqual(watcher.sink.bodies, ['q3', 'q1', 'q0', 'q2']);
  });

  it('still delivers to a queue not left yet what expires in one that is left: it goes back marked as redelivered', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('last');
    const toLast = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'last' };
    world.queue('first', { 'x-message-ttl': 0, ...toLast });
    for (const name of ['last', 'first']) world.consume(client, name, name);
    world.publish(client, '', 'first', 'x');
    client.channel.close();
    assert.deepEqual(world.waiting('last'), ['x']);
    assert.equal(world.channel().channel.get('last', true)?.redelivered, true);
  });

  it('deletes an auto-delete queue before messages in it can be dead-lettered', () => {
    const world = new CoreWorld();
    const client = world.channel();
    world.queue('dead');
    const toDead = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    world.queue('q', { 'x-message-ttl': 0, ...toDead }, true);
    world.consume(client, 'q', 'c');
    world.publish(client, '', 'q', 'x');
    client.channel.close();
    assert.equal(world.host.findQueue('q'), undefined);
    assert.deepEqual(world.waiting('dead'), []);
  });
});
