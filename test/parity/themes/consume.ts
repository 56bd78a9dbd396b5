import { bodies, depth, drainBodies, Inbox, put, putAll, seen, take, untilDepth } from '../messages.js';
import { shortString, table, u8, u16 } from '../raw-fields.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';

/** Consumers and get: tags, order, sharing, priorities, cancelling. */
export const consume: Theme = {
  'a consumer without a tag gets one': async (world) => {
    const channel = await world.channel();
    return (await Inbox.open(channel, await world.queue(channel))).tag;
  },

  'a consumer keeps the tag it asks for': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inbox = await Inbox.open(channel, queue, { consumerTag: 'mine' });
    await put(channel, '', queue, 'body');
    return { tag: inbox.tag, fields: (await inbox.at(0)).fields };
  },

  'the same tag twice on a channel': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await Inbox.open(channel, queue, { consumerTag: 'mine' });
    return world.outcome(channel, () => channel.consume(queue, () => undefined, { consumerTag: 'mine' }));
  },

  'the same tag on two channels is fine': async (world) => {
    const connection = await world.connect();
    const [one, two] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(one);
    await Inbox.open(one, queue, { consumerTag: 'mine' });
    return world.outcome(two, () => two.consume(queue, () => undefined, { consumerTag: 'mine' }));
  },

  'consuming a missing queue is refused': async (world) => {
    const channel = await world.channel();
    return world.outcome(channel, () => channel.consume(world.name('missing'), () => undefined));
  },

  'cancelling an unknown tag is fine': async (world) => (await world.channel()).cancel('nobody'),

  'a consumer gets what was there before it, in order': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await putAll(channel, '', queue, ['1', '2', '3']);
    const inbox = await Inbox.open(channel, queue);
    return (await inbox.have(3)).map(({ content, fields }) => [
      content.toString(),
      fields.deliveryTag,
      fields.redelivered,
    ]);
  },

  'consumers of a queue take turns': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inboxes = [
      await Inbox.open(channel, queue),
      await Inbox.open(channel, queue),
      await Inbox.open(channel, queue),
    ];
    for (let n = 1; n <= 9; n += 1) await put(channel, '', queue, `${n}`);
    await waitFor(
      '9 deliveries',
      () => inboxes.reduce((sum, { messages }) => sum + messages.length, 0) === 9,
    );
    return inboxes.map((inbox) => inbox.bodies);
  },

  'delivery tags count for the channel, not the consumer': async (world) => {
    const channel = await world.channel();
    const [one, two] = [await world.queue(channel, 'one'), await world.queue(channel, 'two')];
    const inboxes = [await Inbox.open(channel, one), await Inbox.open(channel, two)] as const;
    for (const queue of [one, two, one]) await put(channel, '', queue, 'body');
    await inboxes[0].have(2);
    return inboxes.map(({ messages }) => messages.map(({ fields }) => fields.deliveryTag));
  },

  'after cancel-ok nothing is delivered, and what is held can be settled': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(1);
    const inbox = await Inbox.open(channel, queue);
    await putAll(channel, '', queue, ['1', '2']);
    const held = await inbox.at(0);
    await channel.cancel(inbox.tag);
    channel.ack(held);
    return { left: await drainBodies(channel, queue), delivered: (await inbox.settle()).bodies };
  },

  'what a cancelled consumer holds stays held': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inbox = await Inbox.open(channel, queue);
    await put(channel, '', queue, 'held');
    await inbox.at(0);
    await channel.cancel(inbox.tag);
    return depth(channel, queue);
  },

  'deleting a queue cancels its consumers': async (world) => {
    const [consumer, deleter] = [await world.channel(), await world.channel()];
    const queue = await world.queue(consumer);
    const inbox = await Inbox.open(consumer, queue);
    await deleter.deleteQueue(queue);
    await waitFor('a cancel notice', () => inbox.cancelled);
    return {
      cancelled: inbox.cancelled,
      channel: await world.outcome(consumer, () => consumer.checkExchange('amq.direct')),
    };
  },

  'a client that does not understand cancel notices gets none': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const peer = await (await world.raw()).open({ capabilities: {} });
    await peer.openChannel();
    peer.method(1, 60, 20, u16(0), shortString(queue), shortString('tag'), u8(0), table({}));
    await peer.expect(60, 21);
    await channel.deleteQueue(queue);
    peer.method(1, 20, 20, u8(1));
    const next = await peer.next();
    return [next?.payload.readUInt16BE(0), next?.payload.readUInt16BE(2)];
  },

  'a consumer may be made without an answer': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, 'body');
    const peer = await (await (await world.raw()).open()).openChannel();
    peer.method(1, 60, 20, u16(0), shortString(queue), shortString('tag'), u8(2 + 8), table({}));
    const next = await peer.next();
    return [next?.payload.readUInt16BE(0), next?.payload.readUInt16BE(2)];
  },

  'no-local is ignored': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const inbox = await Inbox.open(channel, queue, { noLocal: true });
    await put(channel, '', queue, 'own');
    return (await inbox.at(0)).content.toString();
  },

  'get tells how many are left': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await putAll(channel, '', queue, ['1', '2', '3']);
    return [
      seen(await channel.get(queue)),
      seen(await channel.get(queue)),
      seen(await channel.get(queue)),
      seen(await channel.get(queue)),
    ];
  },

  'getting from a missing queue is refused': async (world) => {
    const channel = await world.channel();
    return world.outcome(channel, () => channel.get(world.name('missing')));
  },

  'the higher consumer priority gets all, until it has no room': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(2);
    const low = await Inbox.open(channel, queue, { priority: 1 });
    const high = await Inbox.open(channel, queue, { priority: 10 });
    for (const body of ['1', '2', '3', '4', '5']) await put(channel, '', queue, body);
    await waitFor('4 deliveries', () => low.messages.length + high.messages.length === 4);
    channel.ack(await high.at(0));
    await high.have(3);
    return { low: low.bodies, high: high.bodies };
  },

  'a consumer priority below zero comes after none': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const below = await Inbox.open(channel, queue, { priority: -1 });
    const none = await Inbox.open(channel, queue);
    await putAll(channel, '', queue, ['1', '2', '3']);
    await none.have(3);
    return { below: below.bodies, none: none.bodies };
  },

  'a consumer priority that is no number is refused': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return world.outcome(channel, () =>
      channel.consume(queue, () => undefined, { arguments: { 'x-priority': 'high' } }),
    );
  },

  'of a single active consumer queue only the first is served': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { arguments: { 'x-single-active-consumer': true } });
    const [first, second] = [await Inbox.acking(channel, queue), await Inbox.acking(channel, queue)];
    await putAll(channel, '', queue, ['1', '2', '3']);
    await first.have(3);
    await channel.cancel(first.tag);
    await putAll(channel, '', queue, ['4', '5']);
    await second.have(2);
    return { first: first.bodies, second: second.bodies };
  },

  'the next single active consumer gets what waits when the first is cancelled': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { arguments: { 'x-single-active-consumer': true } });
    await channel.prefetch(1);
    const [first, second] = [await Inbox.open(channel, queue), await Inbox.open(channel, queue)];
    await putAll(channel, '', queue, ['1', '2']);
    await first.have(1);
    await channel.cancel(first.tag);
    return (await second.settle()).bodies;
  },

  'after a single active consumer comes the one of the highest priority': async (world) => {
    const [channel, other] = [await world.channel(), await world.channel()];
    const queue = await world.queue(channel, 'queue', { arguments: { 'x-single-active-consumer': true } });
    const first = await Inbox.open(other, queue, { priority: 5 });
    const low = await Inbox.open(channel, queue);
    const high = await Inbox.open(channel, queue, { priority: 1 });
    await put(channel, '', queue, '1');
    await first.have(1);
    await other.close();
    await high.have(1);
    return { low: low.bodies, high: high.bodies };
  },

  'a single active consumer queue takes no exclusive consumer': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { arguments: { 'x-single-active-consumer': true } });
    return world.outcome(channel, () => channel.consume(queue, () => undefined, { exclusive: true }));
  },

  'a consumer without acknowledgement holds nothing': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await channel.prefetch(1);
    const inbox = await Inbox.open(channel, queue, { noAck: true });
    await putAll(channel, '', queue, ['1', '2', '3']);
    const got = bodies(await inbox.have(3));
    await channel.close();
    const later = await world.channel();
    await untilDepth(later, queue, 0);
    return got;
  },

  'a purge does not touch what consumers hold': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, 'held');
    const held = await take(channel, queue);
    const purged = await channel.purgeQueue(queue);
    channel.nack(held);
    await untilDepth(channel, queue, 1);
    return { purged, left: await drainBodies(channel, queue) };
  },
};
