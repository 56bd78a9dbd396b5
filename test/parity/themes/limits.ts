import { depth, drain, drainBodies, Inbox, put, putAll, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';

/** Time to live, length limits and priorities of queues. */
export const limits: Theme = {
  'a message leaves a queue after the time to live of the queue': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { messageTtl: 40 });
    await putAll(channel, '', queue, ['1', '2']);
    await untilDepth(channel, queue, 0);
    return 'gone';
  },

  'a message leaves a queue after its own expiration': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, 'short', { expiration: 40 });
    await untilDepth(channel, queue, 0);
    return 'gone';
  },

  'the shorter of both times counts': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { messageTtl: 60_000 });
    await put(channel, '', queue, 'short', { expiration: 40 });
    await untilDepth(channel, queue, 0);
    return 'gone';
  },

  'an expired message waits behind one that is not': async (world) => {
    const channel = await world.channel();
    const [queue, clock] = [await world.queue(channel), await world.queue(channel, 'clock')];
    await put(channel, '', queue, 'stays');
    await put(channel, '', queue, 'expires', { expiration: 20 });
    await put(channel, '', clock, 'tick', { expiration: 80 });
    await untilDepth(channel, clock, 0);
    const behind = await depth(channel, queue);
    return { behind, taken: await drainBodies(channel, queue) };
  },

  'a time to live of zero drops what no consumer takes at once': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { messageTtl: 0 });
    const confirm = await put(channel, '', queue, 'lost');
    await untilDepth(channel, queue, 0);
    const inbox = await Inbox.open(channel, queue, { noAck: true });
    await put(channel, '', queue, 'caught');
    return { confirm, caught: (await inbox.at(0)).content.toString() };
  },

  'a message keeps its expiration property when delivered': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, 'body', { expiration: 60_000 });
    return (await take(channel, queue)).properties.expiration;
  },

  'an expiration that is no number of milliseconds is refused': async (world) => {
    const found: Record<string, unknown> = {};
    for (const expiration of ['soon', '-1', '1.5', '1e3', '', ' 5', '99999999999999999999']) {
      const channel = await world.channel();
      const confirm = await put(channel, '', await world.queue(channel), 'body', { expiration });
      found[expiration] = confirm === 'ack' ? confirm : await world.death(channel);
    }
    return found;
  },

  'a requeued message still expires': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { messageTtl: 60 });
    await put(channel, '', queue, 'body');
    channel.nack(await take(channel, queue));
    await untilDepth(channel, queue, 0);
    return 'gone';
  },

  'a full queue drops its oldest message': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxLength: 2 });
    const confirms = await Promise.all(['1', '2', '3', '4'].map((body) => put(channel, '', queue, body)));
    return { confirms, left: await drainBodies(channel, queue) };
  },

  'a full queue that rejects nacks the publisher': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxLength: 2, overflow: 'reject-publish' });
    const confirms: string[] = [];
    for (const body of ['1', '2', '3']) confirms.push(await put(channel, '', queue, body));
    return { confirms, left: await drainBodies(channel, queue) };
  },

  'a message that one full queue rejects is still given to the others': async (world) => {
    const channel = await world.channel();
    const full = await world.queue(channel, 'full', { maxLength: 0, overflow: 'reject-publish' });
    const free = await world.queue(channel, 'free');
    const exchange = await world.exchange(channel, 'fanout');
    await channel.bindQueue(full, exchange, '');
    await channel.bindQueue(free, exchange, '');
    return { confirm: await put(channel, exchange, '', 'body'), free: await drainBodies(channel, free) };
  },

  'a queue of length zero keeps nothing': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxLength: 0 });
    return { confirm: await put(channel, '', queue, 'body'), left: await drainBodies(channel, queue) };
  },

  'a queue limited by bytes drops the oldest': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { arguments: { 'x-max-length-bytes': 10 } });
    for (const body of ['12345', '67890', 'abc', 'longer than all of it'])
      await put(channel, '', queue, body);
    const afterLong = await drainBodies(channel, queue);
    for (const body of ['12345', '67890', 'abc']) await put(channel, '', queue, body);
    return { afterLong, left: await drainBodies(channel, queue) };
  },

  'a queue limited by bytes may reject': async (world) => {
    const channel = await world.channel();
    const args = { 'x-max-length-bytes': 10, 'x-overflow': 'reject-publish' };
    const queue = await world.queue(channel, 'queue', { arguments: args });
    const confirms: string[] = [];
    for (const body of ['12345', '67890a', 'b', 'c']) confirms.push(await put(channel, '', queue, body));
    return { confirms, left: await drainBodies(channel, queue) };
  },

  'unsettled messages do not count for the length': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxLength: 1 });
    await put(channel, '', queue, 'held');
    const held = await take(channel, queue);
    await put(channel, '', queue, 'ready');
    channel.nack(held);
    return waitFor(
      'one of both',
      async () => (await depth(channel, queue)) === 1 && drainBodies(channel, queue),
    );
  },

  'a priority queue gives the highest first, and equals in order': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxPriority: 5 });
    const priorities = [1, 5, undefined, 9, 0, 1, 5];
    for (const [index, priority] of priorities.entries()) {
      await put(channel, '', queue, `${index}: ${priority}`, priority === undefined ? {} : { priority });
    }
    return (await drain(channel, queue)).map(seen);
  },

  'a requeued message keeps its priority': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxPriority: 5 });
    await put(channel, '', queue, 'low', { priority: 1 });
    await put(channel, '', queue, 'high', { priority: 4 });
    const high = await take(channel, queue);
    channel.nack(high);
    await untilDepth(channel, queue, 2);
    return drainBodies(channel, queue);
  },

  'a full priority queue drops what would be delivered next': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxPriority: 5, maxLength: 2 });
    await put(channel, '', queue, 'low', { priority: 1 });
    await put(channel, '', queue, 'high', { priority: 4 });
    await put(channel, '', queue, 'middle', { priority: 2 });
    return drainBodies(channel, queue);
  },

  'a message that overtakes others and has no time to live': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel, 'queue', { maxPriority: 5 });
    await put(channel, '', queue, 'low', { priority: 1 });
    await put(channel, '', queue, 'high', { priority: 4, expiration: 0 });
    return drainBodies(channel, queue);
  },

  'a queue without priorities ignores them': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    for (const priority of [1, 9, 5]) await put(channel, '', queue, `${priority}`, { priority });
    return drainBodies(channel, queue);
  },
};
