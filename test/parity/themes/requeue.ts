import { bodies, drain, drainBodies, Inbox, put, putAll, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

/** Giving messages back, on purpose or by dying. */
export const requeue: Theme = {
  'a requeued message takes its old place and is marked': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3']);
    channel.reject(await take(channel, queue), true);
    await untilDepth(channel, queue, 3);
    return (await drain(channel, queue)).map(seen);
  },

  'several given back one by one come in the old order': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3', '4']);
    const taken = [
      await take(channel, queue),
      await take(channel, queue),
      await take(channel, queue),
    ] as const;
    for (const message of [taken[1], taken[2], taken[0]]) channel.nack(message);
    await untilDepth(channel, queue, 4);
    return drainBodies(channel, queue);
  },

  'several given back at once come in the old order': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3', '4']);
    await take(channel, queue);
    await take(channel, queue);
    channel.nack(await take(channel, queue), true);
    await untilDepth(channel, queue, 4);
    return drainBodies(channel, queue);
  },

  'refusing all gives all back': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    await take(channel, queue);
    await take(channel, queue);
    channel.nackAll();
    await untilDepth(channel, queue, 2);
    return (await drain(channel, queue)).map(seen);
  },

  'refusing many without requeue drops them': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3']);
    await take(channel, queue);
    channel.nack(await take(channel, queue), true, false);
    await channel.close();
    return drainBodies(await world.channel(), queue);
  },

  'a closed channel gives back what it held': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3']);
    const inbox = await Inbox.open(channel, queue);
    await inbox.have(3);
    await channel.close();
    const other = await world.channel();
    await untilDepth(other, queue, 3);
    return (await drain(other, queue)).map(seen);
  },

  'a cut connection gives back what it held': async (world) => {
    const [connection, other] = [await world.connect(), await world.channel()];
    const queue = await filled(world, other, ['1', '2']);
    const inbox = await Inbox.open(await world.channel(connection), queue);
    await inbox.have(2);
    const { stream } = connection.connection as unknown as { stream: { destroy(error: Error): void } };
    stream.destroy(new Error('cut'));
    await untilDepth(other, queue, 2);
    return (await drain(other, queue)).map(seen);
  },

  'what is given back goes to another consumer first': async (world) => {
    const [one, two] = [await world.channel(), await world.channel()];
    const queue = await world.queue(one);
    await one.prefetch(1);
    const first = await Inbox.open(one, queue);
    await put(one, '', queue, 'body');
    const held = await first.at(0);
    const second = await Inbox.open(two, queue);
    one.nack(held);
    const again = await waitFor('a redelivery', () => second.messages[0] ?? first.messages[1]);
    return { redelivered: again.fields.redelivered, toSecond: second.messages.length };
  },

  'a lone consumer gets back what it gave back': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    await channel.prefetch(1);
    const inbox = await Inbox.open(channel, queue);
    channel.nack(await inbox.at(0));
    channel.ack(await inbox.at(1));
    await inbox.have(3);
    return inbox.messages.map(({ content, fields }) => [
      content.toString(),
      fields.deliveryTag,
      fields.redelivered,
    ]);
  },

  'recover gives back everything': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2', '3']);
    channel.ack(await take(channel, queue));
    await take(channel, queue);
    await take(channel, queue);
    await channel.recover();
    await untilDepth(channel, queue, 2);
    return (await drain(channel, queue)).map(seen);
  },

  'recover delivers again to the consumer': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    const inbox = await Inbox.open(channel, queue);
    await inbox.have(2);
    await channel.recover();
    await inbox.have(4);
    return inbox.messages.map(({ content, fields }) => [content.toString(), fields.redelivered]);
  },

  'recover gives back consumer by consumer, in the order of their tags': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inbox = await Inbox.open(channel, queue, { consumerTag: 'b', priority: 1 });
    await put(channel, '', queue, '1');
    await inbox.have(1);
    const first = await Inbox.open(channel, queue, { consumerTag: 'a', priority: 2 });
    await put(channel, '', queue, '2');
    await first.have(1);
    await channel.recover();
    return [bodies(await first.have(3)), inbox.bodies];
  },

  'after recover the old tags are unknown': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1']);
    const message = await take(channel, queue);
    await channel.recover();
    channel.ack(message);
    return world.death(channel);
  },

  'the mark of redelivery stays with the message': async (world) => {
    const channel = await world.channel();
    const queue = await filled(world, channel, ['1', '2']);
    channel.nack(await take(channel, queue));
    await untilDepth(channel, queue, 2);
    const again = await take(channel, queue);
    const fresh = await take(channel, queue);
    return [again, fresh].map(({ content, fields }) => [content.toString(), fields.redelivered]);
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
