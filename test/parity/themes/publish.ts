import type { ConfirmChannel } from 'amqplib';
import { drain, drainBodies, put, putAll, seen } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

/** Confirms, returns, copies, sender's checks. */
export const publish: Theme = {
  'an unroutable message is acknowledged': async (world) =>
    put(await world.channel(), '', world.name('nowhere'), 'body'),

  'a mandatory unroutable message is returned, then acknowledged': async (world) => {
    const { channel, events } = await listening(world);
    const headers = { number: 1 };
    await put(channel, 'amq.direct', world.name('nowhere'), 'body', {
      mandatory: true,
      messageId: 'id',
      headers,
    });
    return waitFor('the ack', () => events.length === 2 && events);
  },

  'a mandatory message that is routed is not returned': async (world) => {
    const { channel, events } = await listening(world);
    await put(channel, '', await world.queue(channel), 'body', { mandatory: true });
    return waitFor('the ack', () => events.length > 0 && events);
  },

  'returns come in the order of publishing': async (world) => {
    const { channel, events } = await listening(world);
    const queue = await world.queue(channel);
    const nowhere = world.name('nowhere');
    await Promise.all(
      [1, 2, 3, 4].map((n) => put(channel, '', n % 2 ? nowhere : queue, `${n}`, { mandatory: true })),
    );
    return events
      .filter((event) => typeof event !== 'string')
      .map((event) => (event as { body: string }).body);
  },

  'a mandatory message without confirms is returned': async (world) => {
    const channel = await world.plainChannel();
    const returned = new Promise((resolve) =>
      channel.once('return', (message) => resolve({ ...message.fields, body: message.content })),
    );
    channel.publish('', world.name('nowhere'), Buffer.from('body'), { mandatory: true });
    return returned;
  },

  'confirms count from one on each channel': async (world) => {
    const connection = await world.connect();
    const tags: number[][] = [];
    for (const channel of [await world.channel(connection), await world.channel(connection)]) {
      const own: number[] = [];
      channel.on('ack', ({ deliveryTag }) => own.push(deliveryTag));
      const queue = await world.queue(channel);
      await put(channel, '', queue, '1');
      await put(channel, '', queue, '2');
      tags.push(own);
    }
    return tags;
  },

  'every confirm comes, whatever the queue': async (world) => {
    const channel = await world.channel();
    const [memory, disk] = [
      await world.queue(channel),
      await world.queue(channel, 'durable', { durable: true }),
    ];
    const names = [memory, disk, world.name('nowhere')];
    const confirms = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        put(channel, '', names[n % 3] ?? '', `${n}`, { persistent: n % 2 === 0 }),
      ),
    );
    return {
      acks: confirms.filter((confirm) => confirm === 'ack').length,
      ready: (await drain(channel, disk)).length,
    };
  },

  'a message that is confirmed is in the queue': async (world) => {
    const [publisher, reader] = [await world.channel(), await world.channel()];
    const queue = await world.queue(publisher);
    await put(publisher, '', queue, 'body');
    return (await drain(reader, queue)).map(seen);
  },

  'CC adds routing keys and stays in the headers': async (world) => {
    const channel = await world.channel();
    const [one, two] = [await world.queue(channel, 'one'), await world.queue(channel, 'two')];
    await put(channel, '', one, 'body', { CC: [two] });
    return { one: (await drain(channel, one)).map(seen), two: (await drain(channel, two)).map(seen) };
  },

  'BCC adds routing keys and is taken out of the headers': async (world) => {
    const channel = await world.channel();
    const [one, two] = [await world.queue(channel, 'one'), await world.queue(channel, 'two')];
    await put(channel, '', one, 'body', { BCC: [two], headers: { kept: true } });
    return { one: (await drain(channel, one)).map(seen), two: (await drain(channel, two)).map(seen) };
  },

  'CC through a topic exchange gives each queue one copy': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'topic');
    const queue = await world.queue(channel);
    await channel.bindQueue(queue, exchange, 'a.*');
    await channel.bindQueue(queue, exchange, 'b.*');
    await put(channel, exchange, 'x', 'by copy only', { CC: ['a.1', 'b.1'] });
    await put(channel, exchange, 'a.1', 'both', { CC: ['b.1'] });
    return drainBodies(channel, queue);
  },

  'a mandatory message is returned only when no copy is routed': async (world) => {
    const { channel, events } = await listening(world);
    const queue = await world.queue(channel);
    await put(channel, '', world.name('nowhere'), 'routed by CC', { CC: [queue], mandatory: true });
    return waitFor('the ack', () => events.length > 0 && events);
  },

  'a CC header that is no list is refused': async (world) => {
    const channel = await world.channel();
    const confirm = await put(channel, '', await world.queue(channel), 'body', { headers: { CC: 'text' } });
    return confirm === 'ack' ? confirm : world.death(channel);
  },

  'the own user id is taken': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    return {
      confirm: await put(channel, '', queue, 'body', { userId: 'guest' }),
      got: (await drain(channel, queue)).map(seen),
    };
  },

  'another user id is refused': async (world) => {
    const channel = await world.channel();
    const confirm = await put(channel, '', await world.queue(channel), 'body', { userId: 'somebody' });
    return { confirm, death: await world.death(channel) };
  },

  'messages keep their order through an exchange': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'fanout');
    const queue = await world.queue(channel);
    await channel.bindQueue(queue, exchange, '');
    await putAll(
      channel,
      exchange,
      '',
      Array.from({ length: 200 }, (_, n) => `${n}`),
    );
    return (await drainBodies(channel, queue)).every((body, n) => body === `${n}`);
  },

  'a refused publish takes the later ones on its channel with it': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const confirms = await Promise.all([
      put(channel, '', queue, 'before'),
      put(channel, world.name('missing'), '', 'refused'),
      put(channel, '', queue, 'after'),
    ]);
    const reader = await world.channel();
    return { confirms: confirms.slice(1), left: await drainBodies(reader, queue) };
  },
};

/** A channel, and what it says about publishes in the order it says it: a return as an object, an ack as `ack`. */
async function listening(
  world: World,
): Promise<{ readonly channel: ConfirmChannel; readonly events: unknown[] }> {
  const channel = await world.channel();
  const events: unknown[] = [];
  channel.on('return', (message) => {
    const { replyCode, replyText } = message.fields as unknown as { replyCode: number; replyText: string };
    events.push({ ...(seen(message) as object), replyCode, replyText });
  });
  channel.on('ack', () => events.push('ack'));
  return { channel, events };
}
