import type { ConfirmChannel } from 'amqplib';
import { drain, drainBodies, put, seen, take, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';

/** Messages that die more than once: circles, retries and the records they gather. */
export const repeatedDeaths: Theme = {
  'a message may die into the queue it came from': async (world) => {
    const channel = await world.channel();
    const name = world.name('queue');
    await channel.assertQueue(name, { durable: false, deadLetterExchange: '', deadLetterRoutingKey: name });
    await put(channel, '', name, 'body');
    for (let round = 0; round < 3; round += 1) {
      await untilDepth(channel, name, 1);
      channel.reject(await take(channel, name), false);
    }
    return buried(channel, name);
  },

  'a circle of expiries ends': async (world) => {
    const channel = await world.channel();
    const [one, two] = [world.name('one'), world.name('two')];
    await channel.assertQueue(one, {
      durable: false,
      messageTtl: 20,
      deadLetterExchange: '',
      deadLetterRoutingKey: two,
    });
    await channel.assertQueue(two, {
      durable: false,
      messageTtl: 20,
      deadLetterExchange: '',
      deadLetterRoutingKey: one,
    });
    await put(channel, '', one, 'body');
    const clock = await world.queue(channel, 'clock', { messageTtl: 150 });
    await put(channel, '', clock, 'tick');
    await untilDepth(channel, clock, 0);
    return [await drainBodies(channel, one), await drainBodies(channel, two)];
  },

  'a delay and a retry are counted apart': async (world) => {
    const channel = await world.channel();
    const [work, delay] = [world.name('work'), world.name('delay')];
    await channel.assertQueue(work, { durable: false, deadLetterExchange: '', deadLetterRoutingKey: delay });
    await channel.assertQueue(delay, {
      durable: false,
      messageTtl: 20,
      deadLetterExchange: '',
      deadLetterRoutingKey: work,
    });
    await put(channel, '', work, 'body');
    for (let round = 0; round < 2; round += 1) {
      channel.reject(await take(channel, work), false);
      await untilDepth(channel, work, 1);
    }
    return seen(await take(channel, work));
  },

  'two deaths in two queues are two records, the last one first': async (world) => {
    const channel = await world.channel();
    const last = await world.queue(channel, 'last');
    const second = await world.queue(channel, 'second', {
      deadLetterExchange: '',
      deadLetterRoutingKey: last,
    });
    const first = await world.queue(channel, 'first', {
      deadLetterExchange: '',
      deadLetterRoutingKey: second,
    });
    await put(channel, '', first, 'body');
    for (const queue of [first, second]) {
      await untilDepth(channel, queue, 1);
      channel.reject(await take(channel, queue), false);
    }
    return buried(channel, last);
  },

  'the same queue for two reasons is two records': async (world) => {
    const channel = await world.channel();
    const [exchange, dead] = [
      await world.exchange(channel, 'fanout', 'dlx'),
      await world.queue(channel, 'dead'),
    ];
    const mortal = await world.queue(channel, 'mortal', { maxLength: 1, deadLetterExchange: exchange });
    await channel.bindQueue(mortal, exchange, '');
    await put(channel, '', mortal, 'body');
    channel.reject(await take(channel, mortal), false);
    await untilDepth(channel, mortal, 1);
    await channel.bindQueue(dead, exchange, '');
    await channel.unbindQueue(mortal, exchange, '');
    await put(channel, '', mortal, 'no room for both');
    return buried(channel, dead);
  },

  'a message that expires into its own queue is lost': async (world) => {
    const channel = await world.channel();
    const name = world.name('queue');
    await channel.assertQueue(name, {
      durable: false,
      messageTtl: 20,
      deadLetterExchange: '',
      deadLetterRoutingKey: name,
    });
    await put(channel, '', name, 'body');
    await untilDepth(channel, name, 0);
    return 'lost';
  },
};

async function buried(channel: ConfirmChannel, queue: string): Promise<unknown> {
  await untilDepth(channel, queue, 1);
  return (await drain(channel, queue)).map(seen);
}
