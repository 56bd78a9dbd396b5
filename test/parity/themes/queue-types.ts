import type { ConfirmChannel } from 'amqplib';
import { depth, drain, Inbox, put, putAll, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** Quorum queues. */
export const queueTypes: Theme = {
  'a quorum queue keeps order and settles': async (world) => {
    const { channel, queue } = await quorum(world);
    await putAll(channel, '', queue, ['1', '2', '3']);
    const inbox = await Inbox.acking(channel, queue);
    await inbox.have(3);
    await untilDepth(channel, queue, 0);
    return inbox.bodies;
  },

  'a quorum queue counts deliveries in a header': async (world) => {
    const { channel, queue } = await quorum(world);
    await put(channel, '', queue, 'body');
    const counts: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      await untilDepth(channel, queue, 1);
      const message = await take(channel, queue);
      counts.push([message.properties.headers?.['x-delivery-count'] ?? 'none', message.fields.redelivered]);
      channel.nack(message);
    }
    return counts;
  },

  'a quorum queue gives up after its delivery limit': async (world) => {
    const channel = await world.channel();
    const dead = await world.queue(channel, 'dead');
    const args = { 'x-delivery-limit': 2, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
    const { queue } = await quorum(world, args);
    await put(channel, '', queue, 'body');
    for (let round = 0; round < 3; round += 1) {
      await untilDepth(channel, queue, 1);
      channel.reject(await take(channel, queue), true);
    }
    await untilDepth(channel, dead, 1);
    return (await drain(channel, dead)).map(seen);
  },

  'a quorum queue passes over that a consumer would be alone': async (world) => {
    const { queue } = await quorum(world);
    const answers: unknown[] = [];
    for (const exclusive of [true, false, true]) answers.push(await consumed(world, queue, exclusive));
    return answers;
  },

  'a quorum queue with a single active consumer takes one that would be alone': async (world) => {
    const { queue } = await quorum(world, { 'x-single-active-consumer': true });
    return await consumed(world, queue, true);
  },

  'a quorum queue must be durable': (world) =>
    declared(world, { durable: false, arguments: { 'x-queue-type': 'quorum' } }),

  'a quorum queue may not be exclusive': (world) =>
    declared(world, { durable: true, exclusive: true, arguments: { 'x-queue-type': 'quorum' } }),

  'a quorum queue may not be auto-delete': (world) =>
    declared(world, { durable: true, autoDelete: true, arguments: { 'x-queue-type': 'quorum' } }),

  'a quorum queue has no priorities': (world) =>
    declared(world, { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-max-priority': 5 } }),

  'a quorum queue takes no global prefetch': async (world) => {
    const { channel, queue } = await quorum(world);
    await channel.prefetch(5, true);
    return world.outcome(channel, () => channel.consume(queue, () => undefined));
  },

  'a classic queue takes no delivery limit': (world) =>
    declared(world, { durable: true, arguments: { 'x-delivery-limit': 2 } }),

  'a queue does not change its type': async (world) => {
    const { channel, queue } = await quorum(world);
    return world.outcome(channel, () => channel.assertQueue(queue, { durable: true }));
  },

  'a quorum queue expires messages': async (world) => {
    const { channel, queue } = await quorum(world, { 'x-message-ttl': 30 });
    await put(channel, '', queue, 'body');
    await untilDepth(channel, queue, 0);
    return depth(channel, queue);
  },

  'priorities of a quorum queue': async (world) => {
    const { channel, queue } = await quorum(world);
    for (const priority of [0, 4, 1, 5, 9, 3, 31, 32, 200]) {
      await put(channel, '', queue, `${priority}`, { priority });
    }
    await put(channel, '', queue, 'none');
    return (await drain(channel, queue)).map(({ content }) => content.toString());
  },
};

async function quorum(
  world: World,
  args: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly channel: ConfirmChannel; readonly queue: string }> {
  const channel = await world.channel();
  const queue = await world.queue(channel, 'quorum', {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', ...args },
  });
  return { channel, queue };
}

async function consumed(world: World, queue: string, exclusive: boolean): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(
    channel,
    () => channel.consume(queue, () => undefined, { exclusive }),
    () => 'fine',
  );
}

async function declared(
  world: World,
  options: Parameters<ConfirmChannel['assertQueue']>[1],
): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(channel, () => channel.assertQueue(world.name('queue'), options));
}
