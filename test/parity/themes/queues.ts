import type { ConfirmChannel, Options } from 'amqplib';
import { depth, drainBodies, Inbox, put, putAll, take } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

/** Declaring, checking, purging and deleting queues, and when a queue goes by itself. */
export const queues: Theme = {
  'a queue without a name gets one': async (world) => {
    const channel = await world.channel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    return { queue, length: queue.length };
  },

  'the empty name means the queue declared last on the channel': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.bindQueue('', 'amq.topic', world.name('key'));
    const inbox = await Inbox.open(channel, '', { noAck: true });
    await put(channel, '', queue, 'body');
    return (await inbox.at(0)).content.toString();
  },

  'the empty name without a declaration is refused': (world) => refused(world, (channel) => channel.get('')),

  'a declaration tells messages and consumers': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await putAll(channel, '', queue, ['1', '2', '3']);
    await take(channel, queue);
    await channel.prefetch(1);
    await Inbox.open(channel, queue);
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    return { messageCount, consumerCount };
  },

  'checking a missing queue is refused': (world) =>
    refused(world, (channel) => channel.checkQueue(world.name('missing'))),

  'declaring a name of the reserved kind is refused': (world) =>
    refused(world, (channel) => channel.assertQueue('amq.waybill')),

  'declaring again the same is fine': (world) => redeclared(world, { durable: false }),

  'declaring again with another durability is refused': (world) => redeclared(world, { durable: true }),

  'declaring again with another auto-delete is refused': (world) =>
    redeclared(world, { durable: false, autoDelete: true }),

  'declaring again as exclusive is refused': (world) =>
    redeclared(world, { durable: false, exclusive: true }),

  'declaring again with an argument more is refused': (world) =>
    redeclared(world, { durable: false, messageTtl: 1000 }),

  'declaring again with an unknown argument': (world) =>
    redeclared(world, { durable: false, arguments: { 'x-waybill': 1 } }),

  'declaring an exclusive queue again as shared is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { exclusive: true });
    return world.outcome(channel, () => channel.assertQueue(queue, { durable: false }));
  },

  'wrong arguments are refused': async (world) => {
    const wrong: readonly Record<string, unknown>[] = [
      { 'x-message-ttl': -1 },
      { 'x-message-ttl': '1000' },
      { 'x-message-ttl': 1.5 },
      { 'x-message-ttl': 315_360_000_001 },
      { 'x-expires': 315_360_000_001 },
      { 'x-expires': 0 },
      { 'x-expires': -5 },
      { 'x-max-length': -1 },
      { 'x-max-length-bytes': 'many' },
      { 'x-overflow': 'explode' },
      { 'x-max-priority': 256 },
      { 'x-max-priority': -1 },
      { 'x-dead-letter-exchange': 5 },
      { 'x-dead-letter-routing-key': 'key' },
      { 'x-single-active-consumer': 'yes' },
      { 'x-queue-type': 'telepathic' },
      { 'x-queue-mode': 'vigorous' },
    ];
    const found: Record<string, unknown> = {};
    for (const [index, args] of wrong.entries())
      found[`${index} ${JSON.stringify(args)}`] = await declared(world, args);
    return found;
  },

  'right arguments of every kind are taken': async (world) => {
    const right: readonly Record<string, unknown>[] = [
      { 'x-message-ttl': 0 },
      { 'x-message-ttl': 2 ** 32 },
      { 'x-message-ttl': 315_360_000_000, 'x-expires': 315_360_000_000 },
      { 'x-max-length': 0 },
      { 'x-max-length-bytes': 100, 'x-overflow': 'drop-head' },
      { 'x-overflow': 'reject-publish' },
      { 'x-overflow': 'reject-publish-dlx' },
      { 'x-max-priority': 0 },
      { 'x-max-priority': 255 },
      { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'key' },
      { 'x-single-active-consumer': true },
      { 'x-queue-type': 'classic' },
      { 'x-queue-mode': 'lazy' },
    ];
    const found: unknown[] = [];
    for (const args of right) found.push(await declared(world, args));
    return found;
  },

  'purging counts what was ready and leaves the rest': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await putAll(channel, '', queue, ['1', '2', '3']);
    const held = await take(channel, queue);
    const { messageCount } = await channel.purgeQueue(queue);
    channel.nack(held);
    return {
      messageCount,
      left: await waitFor('the held message', async () => (await drainBodies(channel, queue))[0]),
    };
  },

  'purging a missing queue is refused': (world) =>
    refused(world, (channel) => channel.purgeQueue(world.name('missing'))),

  'deleting counts the messages': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await putAll(channel, '', queue, ['1', '2']);
    return channel.deleteQueue(queue);
  },

  'deleting a missing queue is fine': async (world) =>
    (await world.channel()).deleteQueue(world.name('missing')),

  'deleting a consumed queue if unused is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await Inbox.open(channel, queue);
    return world.outcome(channel, () => channel.deleteQueue(queue, { ifUnused: true }));
  },

  'deleting a queue with messages if empty is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, 'body');
    return world.outcome(channel, () => channel.deleteQueue(queue, { ifEmpty: true }));
  },

  'deleting an idle queue if unused and empty is fine': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return world.outcome(channel, () => channel.deleteQueue(queue, { ifUnused: true, ifEmpty: true }));
  },

  'a queue with only unsettled messages counts as empty': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, 'body');
    await take(channel, queue);
    return world.outcome(
      channel,
      () => channel.deleteQueue(queue, { ifEmpty: true }),
      (answer) => answer,
    );
  },

  'an auto-delete queue stays until its last consumer leaves': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { autoDelete: true });
    const before = await depth(channel, queue);
    const [one, two] = [await Inbox.open(channel, queue), await Inbox.open(channel, queue)];
    await channel.cancel(one.tag);
    const between = await depth(channel, queue);
    await channel.cancel(two.tag);
    return { before, between, after: await world.outcome(channel, () => channel.checkQueue(queue)) };
  },

  'an auto-delete queue goes with the channel of its consumer': async (world) => {
    const connection = await world.connect();
    const [consumer, watcher] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(consumer, 'queue', { autoDelete: true });
    await Inbox.open(consumer, queue);
    await consumer.close();
    return unrouted(watcher, queue);
  },

  'getting from an auto-delete queue does not end it': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { autoDelete: true });
    await put(channel, '', queue, 'body');
    return {
      bodies: await drainBodies(channel, queue),
      after: await world.outcome(channel, () => channel.checkQueue(queue)),
    };
  },

  'an unused queue expires': async (world) => {
    const channel = await world.channel();
    return unrouted(channel, await world.queue(channel, 'queue', { expires: 50 }));
  },

  'a consumed queue does not expire': async (world) => {
    const channel = await world.channel();
    const used = await world.queue(channel, 'used', { expires: 400 });
    await Inbox.open(channel, used);
    const unused = await world.queue(channel, 'unused', { expires: 1_600 });
    return {
      gone: await unrouted(channel, unused),
      used: await world.outcome(channel, () => channel.checkQueue(used)),
    };
  },

  'a queue whose consumer left expires': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { expires: 50 });
    const inbox = await Inbox.open(channel, queue);
    await channel.cancel(inbox.tag);
    return unrouted(channel, queue);
  },
};

function refused(world: World, operation: (channel: ConfirmChannel) => Promise<unknown>): Promise<unknown> {
  return world.channel().then((channel) => world.outcome(channel, () => operation(channel)));
}

async function redeclared(world: World, options: Options.AssertQueue): Promise<unknown> {
  const channel = await world.channel();
  const queue = await world.queue(channel);
  return world.outcome(channel, () => channel.assertQueue(queue, options));
}

async function declared(world: World, args: Record<string, unknown>): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(channel, () => world.queue(channel, 'queue', { arguments: args }));
}

/** Publishes until the queue is gone, which resets no timer of the queue, unlike a check. */
async function unrouted(channel: ConfirmChannel, queue: string): Promise<string> {
  let returned = false;
  channel.on('return', () => {
    returned = true;
  });
  await waitFor(
    'a return',
    async () => (await put(channel, '', queue, 'probe', { mandatory: true })) && returned,
  );
  return 'gone';
}
