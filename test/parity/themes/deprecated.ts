import { Inbox, put, putAll } from '../messages.js';
import type { Theme } from '../theme.js';

const MEBIBYTE = 1024 * 1024;

/** What versions have changed their minds about. */
export const deprecated: Theme = {
  'a global prefetch': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(3, true);
    const inboxes = [await Inbox.open(channel, queue), await Inbox.open(channel, queue)] as const;
    await putAll(channel, '', queue, ['1', '2', '3', '4', '5', '6', '7']);
    for (const inbox of inboxes) await inbox.settle();
    return inboxes.map(({ bodies }) => bodies);
  },

  'a global prefetch does not count for consumers that are there': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inbox = await Inbox.open(channel, queue);
    await channel.prefetch(1, true);
    await putAll(channel, '', queue, ['1', '2', '3']);
    return (await inbox.settle()).bodies;
  },

  'a message of 17 MiB': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const confirm = await put(channel, '', queue, 'x'.repeat(17 * MEBIBYTE));
    return confirm === 'ack' ? confirm : world.death(channel);
  },

  'a message of 16 MiB': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return put(channel, '', queue, 'x'.repeat(16 * MEBIBYTE));
  },

  'an exclusive queue that is called durable': async (world) => {
    const channel = await world.channel();
    const name = world.name('queue');
    await channel.assertQueue(name, { durable: true, exclusive: true });
    return world.outcome(channel, () => channel.assertQueue(name, { durable: false, exclusive: true }));
  },
};
