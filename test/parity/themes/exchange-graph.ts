import { drain, drainBodies, put, seen } from '../messages.js';
import type { Theme } from '../theme.js';

/** Exchanges behind exchanges: bindings between them, and alternates for what nobody takes. */
export const exchangeGraph: Theme = {
  'a message crosses two exchanges and keeps where it was published': async (world) => {
    const channel = await world.channel();
    const [source, target] = [
      await world.exchange(channel, 'topic', 'source'),
      await world.exchange(channel, 'direct', 'target'),
    ];
    const queue = await world.queue(channel);
    await channel.bindExchange(target, source, 'a.#');
    await channel.bindQueue(queue, target, 'a.b');
    for (const key of ['a.b', 'a.c', 'b']) await put(channel, source, key, key);
    return (await drain(channel, queue)).map(seen);
  },

  'two ways to one queue give one message': async (world) => {
    const channel = await world.channel();
    const [top, left, right] = [
      await world.exchange(channel, 'fanout', 'top'),
      await world.exchange(channel, 'fanout', 'left'),
      await world.exchange(channel, 'fanout', 'right'),
    ];
    const queue = await world.queue(channel);
    for (const side of [left, right]) {
      await channel.bindExchange(side, top, '');
      await channel.bindQueue(queue, side, '');
    }
    await put(channel, top, '', 'once');
    return drainBodies(channel, queue);
  },

  'a circle of exchanges ends': async (world) => {
    const channel = await world.channel();
    const [one, two] = [
      await world.exchange(channel, 'fanout', 'one'),
      await world.exchange(channel, 'fanout', 'two'),
    ];
    const queue = await world.queue(channel);
    await channel.bindExchange(two, one, '');
    await channel.bindExchange(one, two, '');
    await channel.bindQueue(queue, one, '');
    await put(channel, two, '', 'round');
    return drainBodies(channel, queue);
  },

  'unbinding exchanges ends the way': async (world) => {
    const channel = await world.channel();
    const [source, target] = [
      await world.exchange(channel, 'fanout', 'source'),
      await world.exchange(channel, 'fanout', 'target'),
    ];
    const queue = await world.queue(channel);
    await channel.bindExchange(target, source, '');
    await channel.bindQueue(queue, target, '');
    await channel.unbindExchange(target, source, '');
    await put(channel, source, '', 'lost');
    return drainBodies(channel, queue);
  },

  'binding to a missing source exchange is refused': async (world) => {
    const channel = await world.channel();
    const target = await world.exchange(channel, 'fanout');
    return world.outcome(channel, () => channel.bindExchange(target, world.name('missing'), ''));
  },

  'binding a missing target exchange is refused': async (world) => {
    const channel = await world.channel();
    const source = await world.exchange(channel, 'fanout');
    return world.outcome(channel, () => channel.bindExchange(world.name('missing'), source, ''));
  },

  'binding the default exchange to another is refused': async (world) => {
    const channel = await world.channel();
    const target = await world.exchange(channel, 'fanout');
    return world.outcome(channel, () => channel.bindExchange(target, '', 'key'));
  },

  'a deleted target takes an auto-delete source with it': async (world) => {
    const channel = await world.channel();
    const source = await world.exchange(channel, 'fanout', 'source', { autoDelete: true });
    const target = await world.exchange(channel, 'fanout', 'target');
    await channel.bindExchange(target, source, '');
    await channel.deleteExchange(target);
    return world.outcome(channel, () => channel.checkExchange(source));
  },

  'the alternate exchange gets what is not routed': async (world) => {
    const channel = await world.channel();
    const alternate = await world.exchange(channel, 'fanout', 'alternate');
    const main = await world.exchange(channel, 'direct', 'main', { alternateExchange: alternate });
    const [taken, left] = [await world.queue(channel, 'taken'), await world.queue(channel, 'left')];
    await channel.bindQueue(taken, main, 'known');
    await channel.bindQueue(left, alternate, '');
    await put(channel, main, 'known', 'routed');
    await put(channel, main, 'unknown', 'unrouted');
    return { taken: await drainBodies(channel, taken), left: (await drain(channel, left)).map(seen) };
  },

  'alternates may follow each other': async (world) => {
    const channel = await world.channel();
    const last = await world.exchange(channel, 'fanout', 'last');
    const second = await world.exchange(channel, 'direct', 'second', { alternateExchange: last });
    const first = await world.exchange(channel, 'direct', 'first', { alternateExchange: second });
    const queue = await world.queue(channel);
    await channel.bindQueue(queue, last, '');
    await put(channel, first, 'key', 'fell twice');
    return drainBodies(channel, queue);
  },

  'alternates in a circle end': async (world) => {
    const channel = await world.channel();
    const names = [world.name('one'), world.name('two')] as const;
    await channel.assertExchange(names[0], 'direct', { durable: false, alternateExchange: names[1] });
    await channel.assertExchange(names[1], 'direct', { durable: false, alternateExchange: names[0] });
    const returned: unknown[] = [];
    channel.on('return', (message) => returned.push(seen(message)));
    return { confirm: await put(channel, names[0], 'key', 'lost', { mandatory: true }), returned };
  },

  'a mandatory message that an alternate takes is not returned': async (world) => {
    const channel = await world.channel();
    const alternate = await world.exchange(channel, 'fanout', 'alternate');
    const main = await world.exchange(channel, 'direct', 'main', { alternateExchange: alternate });
    await channel.bindQueue(await world.queue(channel), alternate, '');
    const returned: unknown[] = [];
    channel.on('return', (message) => returned.push(seen(message)));
    return { confirm: await put(channel, main, 'key', 'body', { mandatory: true }), returned };
  },

  'a missing alternate exchange changes nothing': async (world) => {
    const channel = await world.channel();
    const main = await world.exchange(channel, 'direct', 'main', {
      alternateExchange: world.name('missing'),
    });
    const returned: unknown[] = [];
    channel.on('return', (message) => returned.push(seen(message)));
    return { confirm: await put(channel, main, 'key', 'body', { mandatory: true }), returned };
  },

  'an alternate exchange that is no string is refused': async (world) => {
    const channel = await world.channel();
    const options = { durable: false, arguments: { 'alternate-exchange': 7 } };
    return world.outcome(channel, () => channel.assertExchange(world.name('exchange'), 'direct', options));
  },
};
