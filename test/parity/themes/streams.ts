import type { Channel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import { bodies, put, seen, untilDepth } from '../messages.js';
import { filled, read } from '../stream-readers.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

/** Streams: what is consumed stays. */
export const streams: Theme = {
  'a stream is read again from its start': async (world) => {
    const { stream } = await filled(world, ['1', '2']);
    const found: string[][] = [];
    for (let reader = 0; reader < 2; reader += 1) {
      const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
      await inbox.have(2);
      found.push(inbox.bodies);
    }
    return found;
  },

  'tells in time how much it holds, and nothing of its consumers': async (world) => {
    const { channel, stream } = await filled(world, ['1', '2']);
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
    await inbox.have(2);
    await untilDepth(channel, stream, 2);
    return (await channel.checkQueue(stream)).consumerCount;
  },

  'messages tell their offset and are never redelivered': async (world) => {
    const { stream } = await filled(world, ['1', '2', '3'], { headers: { own: 1 }, messageId: 'kept' });
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
    return (await inbox.have(3)).map(seen);
  },

  'properties are kept': async (world) => {
    const { stream } = await filled(world, ['x'], {
      persistent: false,
      priority: 4,
      expiration: 60_000,
      correlationId: 'c',
      replyTo: 'r',
      type: 't',
      appId: 'a',
      timestamp: 5,
      contentType: 'text/plain',
      headers: { text: 'a', flag: true, list: [1, 'b'], table: { deep: 1 } },
    });
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
    return seen(await inbox.at(0));
  },

  'needs a prefetch': async (world) => {
    const { stream } = await filled(world, []);
    return outcome(world, (channel) => channel.consume(stream, () => undefined));
  },

  'needs acknowledgement': async (world) => {
    const { stream } = await filled(world, []);
    return outcome(world, async (channel) => {
      await channel.prefetch(1);
      return channel.consume(stream, () => undefined, { noAck: true });
    });
  },

  'takes no global prefetch': async (world) => {
    const { stream } = await filled(world, []);
    return outcome(world, async (channel) => {
      await channel.prefetch(5, true);
      return channel.consume(stream, () => undefined);
    });
  },

  'an exclusive consumer, and then another': async (world) => {
    const { stream } = await filled(world, []);
    const own = await world.channel();
    await own.prefetch(1);
    const first = await world.outcome(own, () => own.consume(stream, () => undefined, { exclusive: true }));
    const second = await outcome(world, async (channel) => {
      await channel.prefetch(1);
      return channel.consume(stream, () => undefined);
    });
    return { first, second };
  },

  'is given no more than the prefetch, and more with each ack': async (world) => {
    const { stream } = await filled(world, ['1', '2', '3', '4', '5']);
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' }, { prefetch: 2, acking: false });
    const first = bodies(await inbox.have(2));
    inbox.channel.ack(await inbox.at(1), true);
    await inbox.have(4);
    return { first, later: inbox.bodies };
  },

  'what is given back by nack': (world) => after(world, (channel, message) => channel.nack(message)),
  'what is given back by reject': (world) => after(world, (channel, message) => channel.reject(message)),
  'what is dropped': (world) => after(world, (channel, message) => channel.reject(message, false)),

  'what a channel held does not come to another consumer': async (world) => {
    const { channel, stream } = await filled(world, ['1']);
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' }, { prefetch: 5, acking: false });
    const other = await read(world, stream, { 'x-stream-offset': 'next' });
    await inbox.have(1);
    await inbox.channel.close();
    await put(channel, '', stream, '2');
    return bodies(await other.have(1));
  },

  'cannot be fetched from': async (world) => {
    const { stream } = await filled(world, ['1']);
    return outcome(world, (channel) => channel.get(stream));
  },

  'cannot be purged': async (world) => {
    const { stream } = await filled(world, ['1']);
    return outcome(world, (channel) => channel.purgeQueue(stream));
  },

  'is deleted with its messages, and consumers are told': async (world) => {
    const { channel, stream } = await filled(world, ['1']);
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
    await inbox.have(1);
    await untilDepth(channel, stream, 1);
    const answer = await channel.deleteQueue(stream);
    await waitFor('a cancel', () => inbox.cancelled);
    return answer;
  },

  'if unused and if empty': async (world) => {
    const { channel, stream } = await filled(world, ['1']);
    await untilDepth(channel, stream, 1);
    const unused = await outcome(world, (channel) => channel.deleteQueue(stream, { ifUnused: true }));
    const empty = await outcome(world, (channel) => channel.deleteQueue(stream, { ifEmpty: true }));
    return { unused, empty };
  },

  'takes what exchanges route': async (world) => {
    const { channel, stream } = await filled(world, []);
    const exchange = await world.exchange(channel, 'topic');
    await channel.bindQueue(stream, exchange, 'a.*');
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
    await put(channel, exchange, 'a.b', 'routed');
    return seen(await inbox.at(0));
  },

  'header values of all kinds': async (world) => {
    const headers = {
      small: 5,
      negative: -5,
      big: 2 ** 40,
      float: 1.5,
      bytes: Buffer.from('b'),
      nothing: null,
      time: { '!': 'timestamp', value: 5 },
      CC: ['copy'],
      'x-own': 'kept',
    };
    const { stream } = await filled(world, ['x'], { headers });
    const inbox = await read(world, stream, { 'x-stream-offset': 'first' });
    return seen(await inbox.at(0));
  },

  'takes a prefetch of the channel besides its own': async (world) => {
    const { stream } = await filled(world, []);
    return outcome(world, async (channel) => {
      await channel.prefetch(5);
      await channel.prefetch(5, true);
      return channel.consume(stream, () => undefined);
    });
  },

  'if unused, with a consumer': async (world) => {
    const { stream } = await filled(world, ['1']);
    await read(world, stream, {});
    return outcome(world, (channel) => channel.deleteQueue(stream, { ifUnused: true }));
  },

  'must be durable': (world) => declaredWith(world, { durable: false }),
  'may not be exclusive': (world) => declaredWith(world, { exclusive: true }),
  'may not be auto-delete': (world) => declaredWith(world, { autoDelete: true }),
};

/** What comes next to a consumer with a prefetch of one. */
async function after(
  world: World,
  settle: (channel: Channel, message: ConsumeMessage) => void,
): Promise<unknown> {
  const { stream } = await filled(world, ['1', '2']);
  const inbox = await read(world, stream, { 'x-stream-offset': 'first' }, { prefetch: 1, acking: false });
  settle(inbox.channel, await inbox.at(0));
  return inbox.have(2).then(bodies, () => 'nothing');
}

async function outcome(world: World, act: (channel: ConfirmChannel) => Promise<unknown>): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(channel, () => act(channel));
}

async function declaredWith(world: World, options: Options.AssertQueue): Promise<unknown> {
  const args = { arguments: { 'x-queue-type': 'stream' }, ...options };
  return outcome(world, (channel) => channel.assertQueue(world.name('stream'), args));
}
