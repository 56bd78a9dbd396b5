import type { ConfirmChannel, Options } from 'amqplib';
import { drain, Inbox, put, seen, take, untilDepth } from '../messages.js';
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
  'a message that expires after a channel that held it ended': [
    async (_channel, queue, world) => {
      const other = await world.channel();
      await take(other, queue);
      await other.close();
    },
    { 'x-message-ttl': 300 },
  ],
  'a message that was consumed and whose channel ended, and that expires then': [
    async (_channel, queue, world) => {
      const other = await world.channel();
      await (await Inbox.open(other, queue)).have(1);
      await other.close();
    },
    { 'x-message-ttl': 300 },
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

const types = ['classic', 'quorum'] as const;

/** What a dead-letter queue tells of a message that somebody has had in hand before, or nobody. */
export const deathsAfterDelivery: Theme = {
  ...Object.fromEntries(
    types.flatMap((type) =>
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
  ),

  ...Object.fromEntries(
    types.flatMap((type) =>
      types.map((deadType) => [
        `a rejected message of a ${type} queue, for which a consumer of a ${deadType} queue waits`,
        async (world: World) => {
          const { channel, dead, queue } = await grave(world, { 'x-queue-type': type }, deadType);
          const inbox = await Inbox.open(channel, dead);
          await put(channel, '', queue, 'body');
          channel.reject(await take(channel, queue), false);
          channel.nack(await inbox.at(0));
          channel.reject(await inbox.at(1), true);
          await inbox.have(3);
          return inbox.messages.map(seen);
        },
      ]),
    ),
  ),

  ...Object.fromEntries(
    types.map((type) => [
      `a message of a ${type} queue that was given back twice, dropped, and lies in a quorum queue`,
      async (world: World) => {
        const { channel, dead, queue } = await grave(world, { 'x-queue-type': type }, 'quorum');
        await put(channel, '', queue, 'body');
        channel.nack(await take(channel, queue));
        await untilDepth(channel, queue, 1);
        channel.reject(await take(channel, queue), true);
        await untilDepth(channel, queue, 1);
        channel.nack(await take(channel, queue), false, false);
        await untilDepth(channel, dead, 1);
        return seen(await take(channel, dead));
      },
    ]),
  ),

  ...Object.fromEntries(
    types.map((type) => [
      `a message of a ${type} queue that was dropped at once, and lies in a quorum queue`,
      async (world: World) => {
        const { channel, dead, queue } = await grave(world, { 'x-queue-type': type }, 'quorum');
        await put(channel, '', queue, 'body');
        channel.nack(await take(channel, queue), false, false);
        await untilDepth(channel, dead, 1);
        return seen(await take(channel, dead));
      },
    ]),
  ),
};

async function grave(world: World, args: Readonly<Record<string, unknown>>, deadType = 'classic') {
  const channel = await world.channel();
  const dead = await world.queue(channel, 'dead', { durable: true, arguments: { 'x-queue-type': deadType } });
  const options: Options.AssertQueue = {
    durable: true,
    arguments: { ...args, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead },
  };
  return { channel, dead, queue: await world.queue(channel, 'mortal', options) };
}
