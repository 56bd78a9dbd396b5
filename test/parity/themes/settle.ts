import { bodies, drain, drainBodies, putAll, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** Acknowledging, rejecting and giving back. */
export const settle: Theme = {
  'an acknowledged message is gone': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    channel.ack(await take(channel, queue));
    await channel.close();
    return drainBodies(await world.channel(), queue);
  },

  'acknowledging many settles all before': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3', '4']);
    const taken = [
      await take(channel, queue),
      await take(channel, queue),
      await take(channel, queue),
      await take(channel, queue),
    ] as const;
    channel.ack(taken[2], true);
    await channel.close();
    const other = await world.channel();
    await untilDepth(other, queue, 1);
    return (await drain(other, queue)).map(seen);
  },

  'acknowledging all settles everything': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3']);
    for (let n = 0; n < 3; n += 1) await take(channel, queue);
    channel.ackAll();
    await channel.close();
    return drainBodies(await world.channel(), queue);
  },

  'acknowledging all when there is nothing is fine': async (world) => {
    const channel = await world.channel();
    channel.ackAll();
    return world.outcome(channel, () => channel.checkExchange('amq.direct'));
  },

  'an unknown delivery tag is refused': async (world) => {
    const channel = await world.channel();
    channel.ack({ fields: { deliveryTag: 99 } } as never);
    return world.death(channel);
  },

  'acknowledging twice is refused': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1']);
    const message = await take(channel, queue);
    channel.ack(message);
    channel.ack(message);
    return world.death(channel);
  },

  'acknowledging many up to a settled tag is refused': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    const [one, two] = [await take(channel, queue), await take(channel, queue)];
    channel.ack(one);
    channel.ack(two);
    channel.ack(two, true);
    return world.death(channel);
  },

  'acknowledging on another channel is refused': async (world) => {
    const connection = await world.connect();
    const [one, two] = [await world.channel(connection), await world.channel(connection)];
    const queue = await filled(world, one, ['1']);
    two.ack(await take(one, queue));
    return world.death(two);
  },

  'acknowledging what needs no acknowledgement is refused': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1']);
    const message = await channel.get(queue, { noAck: true });
    if (message) channel.ack(message);
    return world.death(channel);
  },

  'a rejected message is gone': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    channel.reject(await take(channel, queue), false);
    await channel.close();
    return drainBodies(await world.channel(), queue);
  },

  'rejecting an unknown tag is refused': async (world) => {
    const channel = await world.channel();
    channel.reject({ fields: { deliveryTag: 5 } } as never, false);
    return world.death(channel);
  },

  'messages of a deleted queue may still be settled': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1']);
    const message = await take(channel, queue);
    await channel.deleteQueue(queue);
    channel.ack(message);
    return world.outcome(channel, () => channel.checkExchange('amq.direct'));
  },

  'consumers of two queues are settled apart': async (world) => {
    const channel = await world.channel();
    const [one, two] = [
      await filled(world, channel, ['1a', '1b']),
      await filled(world, channel, ['2a', '2b']),
    ];
    for (const queue of [one, two]) await take(channel, queue);
    channel.ack(await take(channel, one), true);
    await channel.close();
    const other = await world.channel();
    await untilDepth(other, two, 1);
    return [await drainBodies(other, one), bodies(await drain(other, two))];
  },
};

async function filled(
  world: World,
  channel: Awaited<ReturnType<World['channel']>>,
  messages: readonly string[],
): Promise<string> {
  const queue = await world.queue(channel);
  await putAll(channel, '', queue, messages);
  return queue;
}
