import type { ConfirmChannel, GetMessage } from 'amqplib';
import { depth, drain, Inbox, put, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

type GiveBack = (channel: ConfirmChannel, message: GetMessage) => unknown;

const nack: GiveBack = (channel, message) => channel.nack(message);
const reject: GiveBack = (channel, message) => channel.reject(message, true);
const recover: GiveBack = (channel) => channel.recover();

/** How often a message may come back to a quorum queue, and what is told of it. */
export const quorumReturns: Theme = {
  'without a limit it comes back so often': (world) => returns(world, {}, reject, 25),
  'with a limit of two': (world) => returns(world, { 'x-delivery-limit': 2 }, reject, 6),
  'with a limit of zero': (world) => returns(world, { 'x-delivery-limit': 0 }, reject, 6),
  'with a limit of minus one': (world) => returns(world, { 'x-delivery-limit': -1 }, reject, 25),
  'a nack': (world) => returns(world, { 'x-delivery-limit': 2 }, nack, 6),
  'a recover': (world) => returns(world, { 'x-delivery-limit': 2 }, recover, 6),

  'a lost channel': async (world) => {
    const { channel, queue, dead } = await quorum(world, { 'x-delivery-limit': 2 });
    await put(channel, '', queue, 'body');
    const counts: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      const own = await world.channel();
      counts.push(told(await take(own, queue)));
      await own.close();
      await untilDepth(channel, round < 2 ? queue : dead, 1);
    }
    return counts;
  },

  'a nack, then a reject, then a nack, told to a consumer': async (world) => {
    const { channel, queue } = await quorum(world, {});
    await put(channel, '', queue, 'body');
    const inbox = await Inbox.open(channel, queue);
    channel.nack(await inbox.at(0));
    channel.reject(await inbox.at(1), true);
    channel.nack(await inbox.at(2));
    await inbox.have(4);
    return inbox.messages.map(told);
  },

  'headers of a client by the same names': async (world) => {
    const { channel, queue } = await quorum(world, {});
    const headers = { 'x-delivery-count': 7, 'x-acquired-count': 8 };
    await put(channel, '', queue, 'body', { headers });
    const first = await take(channel, queue);
    channel.reject(first, true);
    await untilDepth(channel, queue, 1);
    return [told(first), told(await take(channel, queue))];
  },
};

/** What is told of each delivery until the message is gone, or was given back so often; then where it has gone. */
async function returns(
  world: World,
  args: Readonly<Record<string, unknown>>,
  giveBack: GiveBack,
  most: number,
): Promise<unknown> {
  const { channel, queue, dead } = await quorum(world, args);
  await put(channel, '', queue, 'body');
  const deliveries: unknown[] = [];
  while (deliveries.length < most) {
    const message = await channel.get(queue);
    if (!message) break;
    deliveries.push(told(message));
    await giveBack(channel, message);
    await waitFor(
      'the message',
      async () => (await depth(channel, queue)) + (await depth(channel, dead)) === 1,
    );
  }
  return { deliveries, dead: (await drain(channel, dead)).map(seen) };
}

function told({ fields, properties }: Pick<GetMessage, 'properties'> & { fields: { redelivered: boolean } }) {
  const { 'x-delivery-count': count, 'x-acquired-count': acquired } = properties.headers ?? {};
  return { redelivered: fields.redelivered, count, acquired };
}

async function quorum(
  world: World,
  args: Readonly<Record<string, unknown>>,
): Promise<{ readonly channel: ConfirmChannel; readonly queue: string; readonly dead: string }> {
  const channel = await world.channel();
  const dead = await world.queue(channel, 'dead');
  const dying = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
  const queue = await world.queue(channel, 'quorum', {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', ...dying, ...args },
  });
  return { channel, queue, dead };
}
