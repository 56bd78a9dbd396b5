import type { ConfirmChannel } from 'amqplib';
import { drain, Inbox, put, text } from '../messages.js';
import { shortString, table, u8, u16 } from '../raw-fields.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

/** Queues that belong to one connection. */
export const exclusive: Theme = {
  'another connection may not check an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.checkQueue(queue)),

  'another connection may not declare an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.assertQueue(queue, { durable: false, exclusive: true })),

  'another connection may not consume an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.consume(queue, () => undefined)),

  'another connection may not get from an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.get(queue)),

  'another connection may not bind an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.bindQueue(queue, 'amq.direct', 'key')),

  'another connection may not unbind an exclusive queue': async (world) => {
    const [owner, other] = [await world.channel(), await world.channel()];
    const queue = await world.queue(owner, 'queue', { exclusive: true });
    await owner.bindQueue(queue, 'amq.direct', queue);
    return world.outcome(other, () => other.unbindQueue(queue, 'amq.direct', queue));
  },

  'another connection may not purge an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.purgeQueue(queue)),

  'another connection may not delete an exclusive queue': (world) =>
    stranger(world, (channel, queue) => channel.deleteQueue(queue)),

  'another connection may publish to an exclusive queue': async (world) => {
    const owner = await world.channel();
    const queue = await world.queue(owner, 'queue', { exclusive: true });
    await put(await world.channel(), '', queue, 'from outside');
    return (await drain(owner, queue)).map(({ content }) => content.toString());
  },

  'another channel of the connection may use an exclusive queue': async (world) => {
    const connection = await world.connect();
    const [one, two] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(one, 'queue', { exclusive: true });
    await put(one, '', queue, 'body');
    return world.outcome(two, () => two.get(queue, { noAck: true }), text);
  },

  'an exclusive queue outlives its channel': async (world) => {
    const connection = await world.connect();
    const one = await world.channel(connection);
    const queue = await world.queue(one, 'queue', { exclusive: true });
    await one.close();
    const two = await world.channel(connection);
    return world.outcome(two, () => two.checkQueue(queue));
  },

  'an exclusive queue goes with its connection, also a durable one': async (world) => {
    const connection = await world.connect();
    const queue = await world.queue(await world.channel(connection), 'queue', {
      exclusive: true,
      durable: true,
    });
    await connection.close();
    return goneForOthers(world, queue);
  },

  'an exclusive queue goes when the connection is just cut': async (world) => {
    const queue = world.name('queue');
    const peer = await (await (await world.raw()).open()).openChannel();
    peer.method(1, 50, 10, u16(0), shortString(queue), u8(4), table({}));
    await peer.expect(50, 11);
    peer.destroy();
    return goneForOthers(world, queue);
  },

  'an exclusive consumer keeps others away': async (world) => {
    const [one, two] = [await world.channel(), await world.channel()];
    const queue = await world.queue(one);
    await Inbox.open(one, queue, { exclusive: true });
    return world.outcome(two, () => two.consume(queue, () => undefined));
  },

  'an exclusive consumer is refused where others are': async (world) => {
    const [one, two] = [await world.channel(), await world.channel()];
    const queue = await world.queue(one);
    await Inbox.open(one, queue);
    return world.outcome(two, () => two.consume(queue, () => undefined, { exclusive: true }));
  },

  'an exclusive consumer does not hinder get': async (world) => {
    const [one, two] = [await world.channel(), await world.channel()];
    const queue = await world.queue(one);
    await one.prefetch(1);
    await Inbox.open(one, queue, { exclusive: true });
    await put(one, '', queue, 'first');
    await put(one, '', queue, 'second');
    return world.outcome(two, () => two.get(queue), text);
  },

  'after an exclusive consumer left, others may come': async (world) => {
    const [one, two] = [await world.channel(), await world.channel()];
    const queue = await world.queue(one);
    const inbox = await Inbox.open(one, queue, { exclusive: true });
    await one.cancel(inbox.tag);
    return world.outcome(two, () => two.consume(queue, () => undefined));
  },
};

/** Resolves with the refusal once the queue is not merely locked (405) but gone. */
function goneForOthers(world: World, queue: string): Promise<unknown> {
  return waitFor('the queue to go', async () => {
    const channel = await world.channel();
    const outcome = await world.outcome(channel, () => channel.checkQueue(queue));
    return JSON.stringify(outcome).includes('404') && outcome;
  });
}

async function stranger(
  world: World,
  operation: (channel: ConfirmChannel, queue: string) => Promise<unknown>,
): Promise<unknown> {
  const [owner, other] = [await world.channel(), await world.channel()];
  const queue = await world.queue(owner, 'queue', { exclusive: true });
  return world.outcome(other, () => operation(other, queue));
}
