import type { ConfirmChannel, Options } from 'amqplib';
import { drain, put, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

type Kill = (channel: ConfirmChannel, queue: string, world: World) => Promise<unknown>;

const ways: Readonly<Record<string, readonly [kill: Kill, options?: Readonly<Record<string, unknown>>]>> = {
  'a rejected message': [async (channel, queue) => channel.reject(await take(channel, queue), false)],
  'a message rejected at its second delivery': [
    async (channel, queue) => {
      channel.reject(await take(channel, queue), true);
      await untilDepth(channel, queue, 1);
      channel.reject(await take(channel, queue), false);
    },
  ],
  'a message refused by nack': [
    async (channel, queue) => channel.nack(await take(channel, queue), false, false),
  ],
  'a message that was held by a channel that ended, and refused by nack then': [
    async (channel, queue, world) => {
      const other = await world.channel();
      await take(other, queue);
      await other.close();
      await untilDepth(channel, queue, 1);
      channel.nack(await take(channel, queue), false, false);
    },
  ],
  'a message that expires after it was given back by nack': [
    async (channel, queue) => channel.nack(await take(channel, queue)),
    { 'x-message-ttl': 200 },
  ],
  'a message that expires without having been delivered': [async () => undefined, { 'x-message-ttl': 30 }],
  'a message that expires after it was given back': [
    async (channel, queue) => channel.reject(await take(channel, queue), true),
    { 'x-message-ttl': 200 },
  ],
  'a message that was given back and has to make room': [
    async (channel, queue) => {
      channel.reject(await take(channel, queue), true);
      await untilDepth(channel, queue, 1);
      await put(channel, '', queue, 'another');
    },
    { 'x-max-length': 1 },
  ],
};

/** What a dead-letter queue tells of a message that somebody has had in hand before, or nobody. */
export const deathsAfterDelivery: Theme = Object.fromEntries(
  (['classic', 'quorum'] as const).flatMap((type) =>
    Object.entries(ways).map(([name, [kill, args = {}]]) => [
      `${name} of a ${type} queue`,
      async (world: World) => {
        const { channel, dead, queue } = await grave(world, { 'x-queue-type': type, ...args });
        await put(channel, '', queue, 'body', { headers: { CC: ['other'] } });
        await kill(channel, queue, world);
        await untilDepth(channel, dead, 1);
        return (await drain(channel, dead)).map(seen);
      },
    ]),
  ),
);

async function grave(world: World, args: Readonly<Record<string, unknown>>) {
  const channel = await world.channel();
  const dead = await world.queue(channel, 'dead');
  const options: Options.AssertQueue = {
    durable: true,
    arguments: { ...args, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead },
  };
  return { channel, dead, queue: await world.queue(channel, 'mortal', options) };
}
