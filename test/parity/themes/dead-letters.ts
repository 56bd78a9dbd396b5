import type { ConfirmChannel, Message, Options } from 'amqplib';
import { drain, drainBodies, put, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** Where messages go that a queue gives up, and what is written on them. */
export const deadLetters: Theme = {
  'a rejected message': (world) => dies(world, {}, (channel, message) => channel.reject(message, false)),

  'a message refused with others': (world) =>
    dies(world, {}, (channel, message) => channel.nack(message, true, false)),

  'a message that outlived the time of its queue': async (world) => {
    const { channel, dead, mortal } = await grave(world, { messageTtl: 30 });
    await put(channel, '', mortal, 'body', { headers: { own: 1 } });
    return buried(channel, dead);
  },

  'a message that outlived its own expiration loses it': async (world) => {
    const { channel, dead, mortal } = await grave(world, {});
    await put(channel, '', mortal, 'body', { expiration: 30, messageId: 'kept', persistent: true });
    return buried(channel, dead);
  },

  'a message for which there is no room': async (world) => {
    const { channel, dead, mortal } = await grave(world, { maxLength: 1 });
    await put(channel, '', mortal, 'first');
    await put(channel, '', mortal, 'second');
    return { buried: await buried(channel, dead), left: await drainBodies(channel, mortal) };
  },

  'reject-publish does not dead-letter': async (world) => {
    const { channel, dead, mortal } = await grave(world, { maxLength: 0, overflow: 'reject-publish' });
    return { confirm: await put(channel, '', mortal, 'body'), dead: await drainBodies(channel, dead) };
  },

  'reject-publish-dlx nacks and dead-letters': async (world) => {
    const { channel, dead, mortal } = await grave(world, { maxLength: 0, overflow: 'reject-publish-dlx' });
    return { confirm: await put(channel, '', mortal, 'body'), dead: await buried(channel, dead) };
  },

  'purging does not dead-letter': async (world) => {
    const { channel, dead, mortal } = await grave(world, {});
    await put(channel, '', mortal, 'purged');
    await channel.purgeQueue(mortal);
    await put(channel, '', mortal, 'rejected');
    channel.reject(await take(channel, mortal), false);
    await untilDepth(channel, dead, 1);
    return drainBodies(channel, dead);
  },

  'deleting the queue does not dead-letter': async (world) => {
    const { channel, dead, mortal } = await grave(world, {});
    await put(channel, '', mortal, 'deleted');
    return { answer: await channel.deleteQueue(mortal), dead: await drainBodies(channel, dead) };
  },

  'without a routing key of its own the queue keeps the message’s': async (world) => {
    const channel = await world.channel();
    const [source, exchange] = [
      await world.exchange(channel, 'topic', 'source'),
      await world.exchange(channel, 'topic', 'dlx'),
    ];
    const dead = await world.queue(channel, 'dead');
    const mortal = await world.queue(channel, 'mortal', { deadLetterExchange: exchange });
    await channel.bindQueue(mortal, source, '#');
    await channel.bindQueue(dead, exchange, 'some.key');
    await put(channel, source, 'some.key', 'body');
    channel.reject(await take(channel, mortal), false);
    return buried(channel, dead);
  },

  'copies by CC are kept in the record': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'fanout', 'dlx');
    const dead = await world.queue(channel, 'dead');
    const mortal = await world.queue(channel, 'mortal', { deadLetterExchange: exchange });
    await channel.bindQueue(dead, exchange, '');
    await put(channel, '', 'elsewhere', 'body', { CC: [mortal, 'third'] });
    channel.reject(await take(channel, mortal), false);
    return buried(channel, dead);
  },

  'copies by BCC are not told in the record': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'fanout', 'dlx');
    const dead = await world.queue(channel, 'dead');
    const mortal = await world.queue(channel, 'mortal', { deadLetterExchange: exchange });
    await channel.bindQueue(dead, exchange, '');
    await put(channel, '', mortal, 'body', { BCC: ['secret'] });
    channel.reject(await take(channel, mortal), false);
    return buried(channel, dead);
  },

  'a routing key of the queue replaces copies by CC': async (world) => {
    const { channel, dead, mortal } = await grave(world, {});
    await put(channel, '', mortal, 'body', { CC: ['copy'] });
    channel.reject(await take(channel, mortal), false);
    return buried(channel, dead);
  },

  'a missing dead-letter exchange loses the message': async (world) => {
    const channel = await world.channel();
    const mortal = await world.queue(channel, 'mortal', { deadLetterExchange: world.name('missing') });
    await put(channel, '', mortal, 'lost');
    channel.reject(await take(channel, mortal), false);
    await put(channel, '', mortal, 'next');
    return drainBodies(channel, mortal);
  },

  'a dead-letter routing key alone is refused': async (world) => {
    const channel = await world.channel();
    return world.outcome(channel, () => world.queue(channel, 'queue', { deadLetterRoutingKey: 'key' }));
  },

  'dying several at once keeps their order': async (world) => {
    const { channel, dead, mortal } = await grave(world, { messageTtl: 30 });
    await Promise.all(['1', '2', '3', '4', '5'].map((body) => put(channel, '', mortal, body)));
    await untilDepth(channel, dead, 5);
    return drainBodies(channel, dead);
  },
};

interface Grave {
  readonly channel: ConfirmChannel;
  readonly dead: string;
  readonly mortal: string;
}

/** A queue that dead-letters through a fanout exchange with the routing key `grave`. */
async function grave(world: World, options: Options.AssertQueue): Promise<Grave> {
  const channel = await world.channel();
  const exchange = await world.exchange(channel, 'fanout', 'dlx');
  const dead = await world.queue(channel, 'dead');
  const mortal = await world.queue(channel, 'mortal', {
    ...options,
    deadLetterExchange: exchange,
    deadLetterRoutingKey: 'grave',
  });
  await channel.bindQueue(dead, exchange, '');
  return { channel, dead, mortal };
}

async function dies(
  world: World,
  options: Options.AssertQueue,
  kill: (channel: ConfirmChannel, message: Message) => void,
): Promise<unknown> {
  const { channel, dead, mortal } = await grave(world, options);
  await put(channel, '', mortal, 'body', { headers: { own: 1 }, messageId: 'kept' });
  kill(channel, await take(channel, mortal));
  return buried(channel, dead);
}

async function buried(channel: ConfirmChannel, queue: string): Promise<unknown> {
  await untilDepth(channel, queue, 1);
  return (await drain(channel, queue)).map(seen);
}
