import { drain, put, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** What becomes of records of deaths that a client sends along: one that republishes what it got, say. */
export const sentDeaths: Theme = {
  'records of the same queue and reason': (world) =>
    diesWith(world, (queue) => [record(queue, 'rejected', 3)]),
  'records of another queue': (world) => diesWith(world, () => [record('elsewhere', 'expired', 1)]),
  'several records': (world) =>
    diesWith(world, (queue) => [
      record('elsewhere', 'expired', 1),
      record(queue, 'rejected', 2),
      record(queue, 'expired', 5),
    ]),
  'P-18: records without a count, some of them twice, as versions before 3.5 wrote them': (world) =>
    diesWith(world, (queue) => [
      uncounted('elsewhere', 'expired'),
      uncounted(queue, 'rejected'),
      uncounted('elsewhere', 'expired'),
      uncounted('nowhere', 'maxlen'),
      uncounted(queue, 'rejected'),
      uncounted('elsewhere', 'expired'),
    ]),
  'P-18: one record without a count': (world) => diesWith(world, (queue) => [uncounted(queue, 'rejected')]),
  'P-18: records that are there twice, with counts': (world) =>
    diesWith(world, (queue) => [
      record('elsewhere', 'expired', 4),
      record(queue, 'rejected', 2),
      record('nowhere', 'rejected', 2),
      record('elsewhere', 'expired', 7),
      record(queue, 'rejected', 5),
    ]),
  'no records, but a text': (world) => diesWith(world, () => 'alive'),
  'an empty list': (world) => diesWith(world, () => []),

  'records that make a circle where there is none': async (world) => {
    const channel = await world.channel();
    const back = await world.queue(channel, 'back');
    const args = { messageTtl: 30, deadLetterExchange: '', deadLetterRoutingKey: back };
    const queue = await world.queue(channel, 'queue', args);
    const headers = { 'x-death': [record(back, 'expired', 1)] };
    await put(channel, '', queue, 'body', { headers });
    await untilDepth(channel, queue, 0);
    const fence = await world.queue(channel, 'fence', { ...args, deadLetterRoutingKey: world.name('none') });
    await put(channel, '', fence, 'x');
    await untilDepth(channel, fence, 0);
    return (await drain(channel, back)).map(seen);
  },

  'a message that is taken from its grave and sent again': async (world) => {
    const channel = await world.channel();
    const dead = await world.queue(channel, 'dead');
    const args = { deadLetterExchange: '', deadLetterRoutingKey: dead };
    const queue = await world.queue(channel, 'queue', args);
    await put(channel, '', queue, 'body');
    for (let round = 0; round < 2; round += 1) {
      channel.reject(await take(channel, queue), false);
      await untilDepth(channel, dead, 1);
      const { properties } = await take(channel, dead);
      await put(channel, '', queue, 'body', { headers: properties.headers });
    }
    return seen(await take(channel, queue));
  },

  'three deaths in three queues, and round again': async (world) => {
    const channel = await world.channel();
    const names = ['one', 'two', 'three'].map((label) => world.name(label));
    for (const [place, name] of names.entries()) {
      const deadLetterRoutingKey = names[(place + 1) % names.length] as string;
      await channel.assertQueue(name, { durable: false, deadLetterExchange: '', deadLetterRoutingKey });
    }
    await put(channel, '', names[0] as string, 'body');
    for (const name of [...names, ...names, names[0] as string]) {
      await untilDepth(channel, name, 1);
      channel.reject(await take(channel, name), false);
    }
    await untilDepth(channel, names[1] as string, 1);
    return (await drain(channel, names[1] as string)).map(seen);
  },
};

function record(queue: string, reason: string, count: number): Readonly<Record<string, unknown>> {
  return { queue, reason, count, exchange: '', 'routing-keys': [queue], time: 5 };
}

function uncounted(queue: string, reason: string): Readonly<Record<string, unknown>> {
  const { count: _, ...rest } = record(queue, reason, 1);
  return rest;
}

async function diesWith(world: World, deaths: (queue: string) => unknown): Promise<unknown> {
  const channel = await world.channel();
  const dead = await world.queue(channel, 'dead');
  const args = { deadLetterExchange: '', deadLetterRoutingKey: dead };
  const queue = await world.queue(channel, 'queue', args);
  await put(channel, '', queue, 'body', { headers: { 'x-death': deaths(queue) } });
  channel.reject(await take(channel, queue), false);
  await untilDepth(channel, dead, 1);
  return (await drain(channel, dead)).map(seen);
}
