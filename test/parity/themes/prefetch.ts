import { Inbox, put, putAll, text } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';

/** How many unsettled messages a consumer or a channel may hold. */
export const prefetch: Theme = {
  'a consumer holds no more than its prefetch': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(2);
    const inbox = await Inbox.open(channel, queue);
    await putAll(channel, '', queue, ['1', '2', '3', '4']);
    const first = [...(await inbox.settle()).bodies];
    channel.ack(await inbox.at(0));
    await inbox.have(3);
    return { first, later: (await inbox.settle()).bodies };
  },

  'each consumer has a prefetch of its own': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(1);
    const inboxes = [await Inbox.open(channel, queue), await Inbox.open(channel, queue)];
    await putAll(channel, '', queue, ['1', '2', '3']);
    for (const inbox of inboxes) await inbox.settle();
    return inboxes.map((inbox) => inbox.bodies);
  },

  'a global prefetch is shared by the channel': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(2, true);
    const inboxes = [await Inbox.open(channel, queue), await Inbox.open(channel, queue)] as const;
    await putAll(channel, '', queue, ['1', '2', '3', '4']);
    for (const inbox of inboxes) await inbox.settle();
    const first = inboxes.map(({ messages }) => messages.length);
    channel.ack(await inboxes[0].at(0));
    const total = (): number => inboxes[0].messages.length + inboxes[1].messages.length;
    await waitFor('a third delivery', () => total() >= 3);
    for (const inbox of inboxes) await inbox.settle();
    return { first, total: total() };
  },

  'both limits hold together': async (world) => {
    const channel = await world.channel();
    const [one, two] = [await world.queue(channel, 'one'), await world.queue(channel, 'two')];
    await channel.prefetch(2);
    await channel.prefetch(3, true);
    await putAll(channel, '', one, ['1', '2', '3']);
    await putAll(channel, '', two, ['1', '2', '3']);
    const first = await Inbox.open(channel, one);
    await first.settle();
    const second = await Inbox.open(channel, two);
    await second.settle();
    return [first.bodies, second.bodies];
  },

  'a new prefetch counts for new consumers only': async (world) => {
    const channel = await world.channel();
    const [one, two] = [await world.queue(channel, 'one'), await world.queue(channel, 'two')];
    for (const queue of [one, two]) await putAll(channel, '', queue, ['1', '2', '3']);
    await channel.prefetch(1);
    const first = await Inbox.open(channel, one);
    await channel.prefetch(2);
    const second = await Inbox.open(channel, two);
    await first.settle();
    await second.settle();
    return [first.bodies, second.bodies];
  },

  'a global prefetch counts for those that are there': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inbox = await Inbox.open(channel, queue);
    await channel.prefetch(1, true);
    await putAll(channel, '', queue, ['1', '2', '3']);
    return (await inbox.settle()).bodies;
  },

  'a raised global prefetch lets more through at once': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(1, true);
    const inbox = await Inbox.open(channel, queue);
    await putAll(channel, '', queue, ['1', '2', '3']);
    const before = [...(await inbox.settle()).bodies];
    await channel.prefetch(2, true);
    await inbox.have(2);
    return { before, after: (await inbox.settle()).bodies };
  },

  'a prefetch of zero is no limit': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(1);
    await channel.prefetch(0);
    const inbox = await Inbox.open(channel, queue);
    await putAll(channel, '', queue, ['1', '2', '3']);
    return (await inbox.have(3)).length;
  },

  'get is not bound by the prefetch': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(1);
    await putAll(channel, '', queue, ['1', '2', '3']);
    const got = [await channel.get(queue), await channel.get(queue), await channel.get(queue)];
    return got.map(text);
  },

  'acknowledging many makes room for many': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(3);
    const inbox = await Inbox.open(channel, queue);
    await putAll(channel, '', queue, ['1', '2', '3', '4', '5', '6', '7']);
    await inbox.have(3);
    channel.ack(await inbox.at(2), true);
    await inbox.have(6);
    return (await inbox.settle()).bodies;
  },

  'a full consumer leaves its turn to the others': async (world) => {
    const [slow, fast] = [await world.channel(), await world.channel()];
    const queue = await world.queue(slow);
    await slow.prefetch(1);
    const held = await Inbox.open(slow, queue);
    const taken = await Inbox.acking(fast, queue);
    for (const body of ['1', '2', '3', '4', '5']) await put(slow, '', queue, body);
    await taken.have(4);
    return { held: held.bodies, taken: taken.bodies };
  },
};
