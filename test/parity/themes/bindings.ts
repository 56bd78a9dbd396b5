import type { ConfirmChannel } from 'amqplib';
import { drainBodies, put, putAll } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

const keys = [
  '',
  '.',
  'a',
  'b',
  'a.',
  '.a',
  'a.b',
  'a..b',
  'a.x.b',
  'a.x.y.b',
  'b.a',
  'x.a.y',
  'a.b.a.b',
  'A',
  'a#',
  'a.*',
] as const;

/** Bindings and how direct, fanout and topic exchanges follow them. */
export const bindings: Theme = {
  'direct: the key must be equal': (world) => matched(world, 'direct', 'a.b'),
  'direct: wildcards are letters': (world) => matched(world, 'direct', 'a.*'),
  'fanout: the key does not matter': (world) => matched(world, 'fanout', 'whatever'),
  'topic: plain words': (world) => matched(world, 'topic', 'a.b'),
  'topic: the empty pattern': (world) => matched(world, 'topic', ''),
  'topic: a lone star': (world) => matched(world, 'topic', '*'),
  'topic: a lone hash': (world) => matched(world, 'topic', '#'),
  'topic: a star at the end': (world) => matched(world, 'topic', 'a.*'),
  'topic: a star in the middle': (world) => matched(world, 'topic', 'a.*.b'),
  'topic: a hash at the end': (world) => matched(world, 'topic', 'a.#'),
  'topic: a hash at the start': (world) => matched(world, 'topic', '#.b'),
  'topic: a hash in the middle': (world) => matched(world, 'topic', 'a.#.b'),
  'topic: a hash on both sides': (world) => matched(world, 'topic', '#.a.#'),
  'topic: a star and a hash': (world) => matched(world, 'topic', '*.#'),
  'topic: a star before a word before a hash': (world) => matched(world, 'topic', '*.b.#'),
  'topic: two hashes': (world) => matched(world, 'topic', '#.#'),
  'topic: a star between hashes': (world) => matched(world, 'topic', '#.*.#'),
  'topic: a wildcard inside a word is a letter': (world) => matched(world, 'topic', 'a#'),
  'topic: an empty word in the middle': (world) => matched(world, 'topic', 'a..b'),

  'several queues of one key each get a copy': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'direct');
    const queues = [await world.queue(channel, 'one'), await world.queue(channel, 'two')] as const;
    for (const queue of queues) await channel.bindQueue(queue, exchange, 'key');
    await putAll(channel, exchange, 'key', ['1', '2']);
    return [await drainBodies(channel, queues[0]), await drainBodies(channel, queues[1])];
  },

  'binding twice gives one message': async (world) => {
    const channel = await world.channel();
    const { exchange, queue } = await bound(world, channel, 'topic', ['a.b', 'a.b', 'a.*', '#']);
    await put(channel, exchange, 'a.b', 'once');
    return drainBodies(channel, queue);
  },

  'binding twice is undone by unbinding once': async (world) => {
    const channel = await world.channel();
    const { exchange, queue } = await bound(world, channel, 'direct', ['key', 'key']);
    await channel.unbindQueue(queue, exchange, 'key');
    await put(channel, exchange, 'key', 'lost');
    return drainBodies(channel, queue);
  },

  'bindings that differ in arguments are two': async (world) => {
    const channel = await world.channel();
    const { exchange, queue } = await bound(world, channel, 'direct', []);
    await channel.bindQueue(queue, exchange, 'key', { reason: 'one' });
    await channel.bindQueue(queue, exchange, 'key', { reason: 'two' });
    await channel.unbindQueue(queue, exchange, 'key', { reason: 'one' });
    await put(channel, exchange, 'key', 'still bound');
    await channel.unbindQueue(queue, exchange, 'key', { reason: 'two' });
    await put(channel, exchange, 'key', 'lost');
    return drainBodies(channel, queue);
  },

  'unbinding ends one way of several': async (world) => {
    const channel = await world.channel();
    const { exchange, queue } = await bound(world, channel, 'topic', ['a.*', 'a.#']);
    await channel.unbindQueue(queue, exchange, 'a.#');
    for (const key of ['a', 'a.b', 'a.b.c']) await put(channel, exchange, key, key);
    return drainBodies(channel, queue);
  },

  'unbinding what was never bound is fine': async (world) => {
    const channel = await world.channel();
    const { exchange, queue } = await bound(world, channel, 'direct', []);
    return world.outcome(channel, () => channel.unbindQueue(queue, exchange, 'key'));
  },

  'binding to a missing exchange is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.bindQueue(queue, world.name('missing'), 'key'));
  },

  'binding a missing queue is refused': async (world) => {
    const channel = await world.channel();
    return world.outcome(channel, () => channel.bindQueue(world.name('missing'), 'amq.direct', 'key'));
  },

  'unbinding from a missing exchange': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.unbindQueue(queue, world.name('missing'), 'key'));
  },

  'unbinding a missing queue': async (world) => {
    const channel = await world.channel();
    return world.outcome(channel, () => channel.unbindQueue(world.name('missing'), 'amq.direct', 'key'));
  },

  'binding to the default exchange is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.bindQueue(queue, '', 'key'));
  },

  'unbinding from the default exchange is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.unbindQueue(queue, '', queue));
  },

  'the bindings of a deleted queue do not come back with it': async (world) => {
    const channel = await world.channel();
    const { exchange, queue } = await bound(world, channel, 'direct', ['key']);
    await channel.deleteQueue(queue);
    await channel.assertQueue(queue, { durable: false });
    await put(channel, exchange, 'key', 'lost');
    await put(channel, '', queue, 'by name');
    return drainBodies(channel, queue);
  },
};

async function bound(
  world: World,
  channel: ConfirmChannel,
  type: string,
  patterns: readonly string[],
): Promise<{ readonly exchange: string; readonly queue: string }> {
  const exchange = await world.exchange(channel, type);
  const queue = await world.queue(channel);
  for (const pattern of patterns) await channel.bindQueue(queue, exchange, pattern);
  return { exchange, queue };
}

/** Which of the keys a binding lets through. */
async function matched(world: World, type: string, pattern: string): Promise<unknown> {
  const channel = await world.channel();
  const { exchange, queue } = await bound(world, channel, type, [pattern]);
  await Promise.all(keys.map((key) => put(channel, exchange, key, key)));
  return drainBodies(channel, queue);
}
