import type { Channel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import { bodies, Inbox, put, seen, untilDepth } from '../messages.js';
import type { Theme } from '../theme.js';
import { until } from '../wait.js';
import type { World } from '../world.js';

type Arguments = Readonly<Record<string, unknown>>;

/** Streams: what is consumed stays, and each consumer says where it begins. */
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

  'the next offset is after what is there': async (world) => {
    const { channel, stream } = await filled(world, ['old']);
    const inbox = await read(world, stream, { 'x-stream-offset': 'next' });
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'without an offset it is the next': async (world) => {
    const { channel, stream } = await filled(world, ['old']);
    const inbox = await read(world, stream, {});
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'an offset by number': async (world) => {
    const { stream } = await filled(world, ['0', '1', '2', '3']);
    const inbox = await read(world, stream, { 'x-stream-offset': 2 });
    return bodies(await inbox.have(2));
  },

  'an offset that is not there yet': async (world) => {
    const { channel, stream } = await filled(world, ['0']);
    const inbox = await read(world, stream, { 'x-stream-offset': 3 });
    for (const body of ['1', '2', '3', '4']) await put(channel, '', stream, body);
    return bodies(await inbox.have(2));
  },

  'the last offset': async (world) => {
    const channel = await world.channel();
    const stream = await declared(world, channel);
    for (const body of ['1', '2', '3']) await put(channel, '', stream, body);
    const inbox = await read(world, stream, { 'x-stream-offset': 'last' });
    return bodies(await inbox.have(1));
  },

  'the last offset of an empty stream': async (world) => {
    const channel = await world.channel();
    const stream = await declared(world, channel);
    const inbox = await read(world, stream, { 'x-stream-offset': 'last' });
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'an offset by time that is long past': async (world) => {
    const { stream } = await filled(world, ['1', '2']);
    const past = { '!': 'timestamp', value: Math.floor(Date.now() / 1000) - 3600 };
    const inbox = await read(world, stream, { 'x-stream-offset': past });
    return bodies(await inbox.have(2));
  },

  'an offset by time that is still to come': async (world) => {
    const { channel, stream } = await filled(world, ['old']);
    const future = { '!': 'timestamp', value: Math.floor(Date.now() / 1000) + 3600 };
    const inbox = await read(world, stream, { 'x-stream-offset': future });
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'an offset by an interval': async (world) => {
    const found: Record<string, unknown> = {};
    for (const interval of ['1h', '5m', '30s', '2D', '1M', '1Y']) {
      const { stream } = await filled(world, ['1', '2']);
      const inbox = await read(world, stream, { 'x-stream-offset': interval });
      found[interval] = bodies(await inbox.have(2));
    }
    return found;
  },

  'offsets that make no sense': async (world) => {
    const { stream } = await filled(world, ['1']);
    const found: Record<string, unknown> = {};
    for (const offset of ['middle', '', '1x', -1, 1.5, true, '5']) {
      const own = await world.channel();
      await own.prefetch(10);
      const options = { arguments: { 'x-stream-offset': offset } };
      found[`${typeof offset} ${offset}`] = await world.outcome(own, () =>
        own.consume(stream, () => undefined, options),
      );
    }
    return found;
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
    await until('a cancel', () => inbox.cancelled);
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

interface Reading {
  readonly prefetch: number;
  readonly acking: boolean;
}

async function read(
  world: World,
  stream: string,
  args: Arguments,
  { prefetch, acking }: Reading = { prefetch: 10, acking: true },
): Promise<Inbox> {
  const channel = await world.channel();
  await channel.prefetch(prefetch);
  const open = acking ? Inbox.acking : Inbox.open;
  return open(channel, stream, { arguments: args });
}

async function filled(
  world: World,
  messages: readonly string[],
  properties?: Options.Publish,
): Promise<{ readonly channel: ConfirmChannel; readonly stream: string }> {
  const channel = await world.channel();
  const stream = await declared(world, channel);
  // One by one: RabbitMQ stores what comes together as a chunk, and 3.10 gives whole chunks, whatever the prefetch.
  for (const message of messages) await put(channel, '', stream, message, properties);
  return { channel, stream };
}

function declared(world: World, channel: ConfirmChannel): Promise<string> {
  return world.queue(channel, 'stream', { durable: true, arguments: { 'x-queue-type': 'stream' } });
}

async function outcome(world: World, act: (channel: ConfirmChannel) => Promise<unknown>): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(channel, () => act(channel));
}

async function declaredWith(world: World, options: Options.AssertQueue): Promise<unknown> {
  const args = { arguments: { 'x-queue-type': 'stream' }, ...options };
  return outcome(world, (channel) => channel.assertQueue(world.name('stream'), args));
}
