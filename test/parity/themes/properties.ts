import { createHash } from 'node:crypto';
import type { Options } from 'amqplib';
import { put, seen, take } from '../messages.js';
import { get, opened, publish } from '../raw-channel.js';
import { longString, shortString, u8, u16, u32 } from '../raw-fields.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** What a message carries comes out as it went in. */
export const properties: Theme = {
  'P-10: a number of the type L is taken and delivered': async (world) => {
    const queue = await world.queue(await world.channel());
    const peer = await opened(world);
    const number = Buffer.concat([shortString('n'), Buffer.from('L'), u32(0), u32(42)]);
    publish(peer, queue);
    peer.frame(2, 1, Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0x2000), longString(number)]));
    await get(peer, queue);
    // RabbitMQ 4 delivers it as `l`, which is what it takes it for.
    return (await peer.next())?.payload.subarray(-8);
  },

  'no property at all': (world) => roundTrip(world, {}),

  'every property': (world) =>
    roundTrip(world, {
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: { key: 'value' },
      deliveryMode: 2,
      priority: 7,
      correlationId: 'correlation',
      replyTo: 'reply queue',
      expiration: '600000',
      messageId: 'message',
      timestamp: 1_700_000_000,
      type: 'type',
      userId: 'guest',
      appId: 'app',
    }),

  'empty strings': (world) =>
    roundTrip(world, {
      contentType: '',
      contentEncoding: '',
      correlationId: '',
      replyTo: '',
      messageId: '',
      type: '',
      appId: '',
    }),

  'the longest strings': (world) =>
    roundTrip(world, { messageId: 'm'.repeat(255), correlationId: 'ü'.repeat(127) }),

  'numbers at their limits': (world) =>
    roundTrip(world, { priority: 255, timestamp: 2 ** 52, deliveryMode: 1 }),

  'priority zero and timestamp zero': (world) => roundTrip(world, { priority: 0, timestamp: 0 }),

  'a delivery mode out of range': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const confirm = await put(channel, '', queue, 'body', { deliveryMode: 3 });
    return confirm === 'ack' ? seen(await take(channel, queue)) : world.death(channel);
  },

  'headers of every type': (world) =>
    roundTrip(world, {
      headers: {
        text: 'text',
        unicode: 'žluťoučký kůň 🐎',
        empty: '',
        yes: true,
        no: false,
        nothing: null,
        tiny: 1,
        negative: -1,
        short: 300,
        long: 70_000,
        negativeLong: -70_000,
        longLong: 2 ** 40,
        double: 1.5,
        bytes: Buffer.from([0, 255, 10]),
        time: { '!': 'timestamp', value: 1_000_000_000 },
        decimal: { '!': 'decimal', value: { digits: 12345, places: 2 } },
        float: { '!': 'float', value: 0.5 },
        list: [1, 'two', true, null, [3, [4]], { five: 5 }],
        table: { inner: { innermost: 'value' }, list: [] },
        emptyTable: {},
        emptyList: [],
      },
    }),

  'headers with explicit widths': (world) =>
    roundTrip(world, {
      headers: {
        byte: { '!': 'int8', value: -8 },
        short: { '!': 'int16', value: -16 },
        int: { '!': 'int32', value: 5 },
        long: { '!': 'int64', value: 7 },
        unsignedByte: { '!': 'uint8', value: 200 },
        unsignedShort: { '!': 'uint16', value: 60_000 },
        unsignedInt: { '!': 'uint32', value: 4_000_000_000 },
      },
    }),

  'many headers': (world) =>
    roundTrip(world, {
      headers: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`header-${n}`, n])),
    }),

  'a header key of 128 characters': (world) => roundTrip(world, { headers: { ['k'.repeat(128)]: 1 } }),

  'an empty body': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    await put(channel, '', queue, '');
    return seen(await take(channel, queue));
  },

  'all bytes of a body': (world) => body(world, Buffer.from(Array.from({ length: 256 }, (_, n) => n))),

  'a body of exactly one frame': (world) => body(world, Buffer.alloc(131_072 - 8, 'f')),

  'a body of one byte more than a frame': (world) => body(world, Buffer.alloc(131_072 - 7, 'g')),

  'a body of three million bytes': (world) => body(world, Buffer.alloc(3_000_000, 'abc')),

  'a queue’s copy does not change with another’s': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'fanout');
    const dead = await world.queue(channel, 'dead');
    const mortal = await world.queue(channel, 'mortal', {
      deadLetterExchange: '',
      deadLetterRoutingKey: dead,
    });
    const plain = await world.queue(channel, 'plain');
    for (const queue of [mortal, plain]) await channel.bindQueue(queue, exchange, '');
    await put(channel, exchange, '', 'body', { headers: { own: 1 } });
    channel.reject(await take(channel, mortal), false);
    return seen(await take(channel, plain));
  },

  'the cluster id of old clients passes through': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const peer = await (await (await world.raw()).open()).openChannel();
    peer.method(1, 60, 40, u16(0), shortString(''), shortString(queue), u8(0));
    peer.frame(2, 1, Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0x0004), shortString('cluster')]));
    peer.method(1, 20, 20, u8(1));
    await peer.expect(20, 21);
    return seen(await take(channel, queue));
  },
};

async function roundTrip(world: World, options: Options.Publish): Promise<unknown> {
  const channel = await world.channel();
  const queue = await world.queue(channel);
  const confirm = await put(channel, '', queue, 'body', options);
  return confirm === 'ack' ? seen(await take(channel, queue)) : world.death(channel);
}

async function body(world: World, content: Buffer): Promise<unknown> {
  const channel = await world.channel();
  const queue = await world.queue(channel);
  channel.sendToQueue(queue, content);
  await channel.waitForConfirms();
  const got = (await take(channel, queue)).content;
  return {
    length: got.length,
    same: got.equals(content),
    sha256: createHash('sha256').update(got).digest('hex'),
  };
}
