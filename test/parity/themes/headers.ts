import { drainBodies, put } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

type Headers = Readonly<Record<string, unknown>>;

const messages: Readonly<Record<string, Headers>> = {
  none: {},
  'a=1': { a: 1 },
  'b=2': { b: 2 },
  'a=1 b=2': { a: 1, b: 2 },
  'a=1 b=2 c=3': { a: 1, b: 2, c: 3 },
  'a=1 b=3': { a: 1, b: 3 },
  'a="1" b="2"': { a: '1', b: '2' },
  'a=300 b=2': { a: 300, b: 2 },
  'a=true': { a: true },
  'a=null': { a: null },
  'x-a=1': { 'x-a': 1 },
  'a=1 x-a=1': { a: 1, 'x-a': 1 },
};

/** Headers exchanges: what a binding's table asks of a message's headers. */
export const headers: Theme = {
  'all: every header of the binding': (world) => matched(world, { 'x-match': 'all', a: 1, b: 2 }),
  'any: one header of the binding': (world) => matched(world, { 'x-match': 'any', a: 1, b: 2 }),
  'without x-match it is all': (world) => matched(world, { a: 1, b: 2 }),
  'all of nothing': (world) => matched(world, { 'x-match': 'all' }),
  'any of nothing': (world) => matched(world, { 'x-match': 'any' }),
  'no arguments': (world) => matched(world, {}),
  'text is not a number': (world) => matched(world, { 'x-match': 'all', a: '1' }),
  'a number is compared as a number': (world) => matched(world, { 'x-match': 'all', a: 300 }),
  'truth is compared as truth': (world) => matched(world, { 'x-match': 'all', a: true }),
  'null asks only that the header is there': (world) => matched(world, { 'x-match': 'all', a: null }),
  'any with null': (world) => matched(world, { 'x-match': 'any', a: null, b: 3 }),
  'headers that begin with x- do not count': (world) => matched(world, { 'x-match': 'all', a: 1, 'x-a': 2 }),
  'only x- headers is nothing': (world) => matched(world, { 'x-match': 'any', 'x-a': 1 }),
  'all-with-x counts x- headers': (world) => matched(world, { 'x-match': 'all-with-x', a: 1, 'x-a': 1 }),
  'any-with-x counts x- headers': (world) => matched(world, { 'x-match': 'any-with-x', 'x-a': 1 }),

  'an unknown x-match is refused': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'headers');
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.bindQueue(queue, exchange, '', { 'x-match': 'most' }));
  },

  'an x-match that is no string is refused': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'headers');
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.bindQueue(queue, exchange, '', { 'x-match': 1 }));
  },

  'the routing key does not matter': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'headers');
    const queue = await world.queue(channel);
    await channel.bindQueue(queue, exchange, 'some key', { a: 1 });
    await put(channel, exchange, 'another key', 'body', { headers: { a: 1 } });
    return drainBodies(channel, queue);
  },
};

/** Which of the messages a binding lets through. */
async function matched(world: World, args: Headers): Promise<unknown> {
  const channel = await world.channel();
  const exchange = await world.exchange(channel, 'headers');
  const queue = await world.queue(channel);
  await channel.bindQueue(queue, exchange, '', args);
  await Promise.all(
    Object.entries(messages).map(([name, given]) => put(channel, exchange, '', name, { headers: given })),
  );
  return drainBodies(channel, queue);
}
