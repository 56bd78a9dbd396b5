import { depth, drainBodies, Inbox, put, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';

/** What an error costs, and what it leaves alone. */
export const channels: Theme = {
  'an error of one channel leaves the others alone': async (world) => {
    const connection = await world.connect();
    const [bad, good] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(good);
    const death = await world.outcome(bad, () => bad.checkQueue(world.name('missing')));
    return { death, good: await put(good, '', queue, 'body') };
  },

  'after an error a new channel may take the number': async (world) => {
    const connection = await world.connect();
    const bad = await world.channel(connection);
    await world.outcome(bad, () => bad.checkQueue(world.name('missing')));
    const next = await world.channel(connection);
    const numbers = [bad, next].map((channel) => (channel as unknown as { ch: number }).ch);
    return { numbers, next: await world.outcome(next, () => next.checkExchange('amq.direct')) };
  },

  'an error gives back what the channel held': async (world) => {
    const connection = await world.connect();
    const [bad, good] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(good);
    await put(good, '', queue, 'body');
    const inbox = await Inbox.open(bad, queue);
    await inbox.at(0);
    await world.outcome(bad, () => bad.checkQueue(world.name('missing')));
    await untilDepth(good, queue, 1);
    return (await good.checkQueue(queue)).consumerCount;
  },

  'an error of the connection ends all its channels': async (world) => {
    const connection = await world.connect();
    const [one, two] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(one);
    await Inbox.open(one, queue, { consumerTag: 'twice' });
    const death = await world.outcome(one, () =>
      one.consume(queue, () => undefined, { consumerTag: 'twice' }),
    );
    return { death, other: await world.death(two) };
  },

  'closing a channel ends its consumers': async (world) => {
    const connection = await world.connect();
    const [one, two] = [await world.channel(connection), await world.channel(connection)];
    const queue = await world.queue(two);
    await Inbox.open(one, queue);
    await one.close();
    return two.checkQueue(queue);
  },

  'operations of a channel are done in order': async (world) => {
    const channel = await world.channel();
    const name = world.name('queue');
    const answers = [
      channel.assertQueue(name, { durable: false }),
      channel.bindQueue(name, 'amq.fanout', name),
      channel.purgeQueue(name),
      channel.deleteQueue(name),
      channel.assertQueue(name, { durable: false }),
    ];
    return Promise.all(answers);
  },

  'what a closed channel published is kept': async (world) => {
    const connection = await world.connect();
    const [one, two] = [await world.plainChannel(connection), await world.channel(connection)];
    const queue = await world.queue(two);
    for (let n = 0; n < 100; n += 1) one.sendToQueue(queue, Buffer.from(`${n}`));
    await one.close();
    // RabbitMQ answers the close before its queue has taken all.
    await untilDepth(two, queue, 100);
    return depth(two, queue);
  },

  'consumers of many queues on one channel': async (world) => {
    const channel = await world.channel();
    const queues = await Promise.all(Array.from({ length: 20 }, (_, n) => world.queue(channel, `queue${n}`)));
    const inboxes = await Promise.all(queues.map((queue) => Inbox.acking(channel, queue)));
    for (const [n, queue] of queues.entries()) await put(channel, '', queue, `${n}`);
    for (const inbox of inboxes) await inbox.have(1);
    return inboxes.flatMap((inbox) => inbox.bodies);
  },

  'a hundred channels work side by side': async (world) => {
    const connection = await world.connect();
    const first = await world.channel(connection);
    const queue = await world.queue(first);
    const all = await Promise.all(Array.from({ length: 100 }, () => world.channel(connection)));
    const confirms = await Promise.all(all.map((channel, n) => put(channel, '', queue, `${n}`)));
    return {
      acks: confirms.filter((confirm) => confirm === 'ack').length,
      bodies: (await drainBodies(first, queue)).length,
    };
  },

  'confirm mode may be asked for twice': async (world) => {
    const peer = await (await (await world.raw()).open()).openChannel();
    for (let n = 0; n < 2; n += 1) {
      peer.method(1, 85, 10, Buffer.of(0));
      await peer.expect(85, 11);
    }
    return 'selected';
  },

  'confirm mode is refused in a transaction': async (world) => {
    const peer = await (await (await world.raw()).open()).openChannel();
    peer.method(1, 90, 10);
    await peer.expect(90, 11);
    peer.method(1, 85, 10, Buffer.of(0));
    return peer.verdict();
  },

  'a commit without a transaction is refused': async (world) => {
    const peer = await (await (await world.raw()).open()).openChannel();
    peer.method(1, 90, 20);
    return peer.verdict();
  },
};
