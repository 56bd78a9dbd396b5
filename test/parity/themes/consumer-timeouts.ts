import { atLeast } from '../../support/broker-version.js';
import { put, untilDepth } from '../messages.js';
import { shortString, u8, u16, u32 } from '../raw-fields.js';
import type { RawFrame, RawPeer } from '../raw-peer.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

const TIMEOUT_MS = 600;

const CONSUME = [60, 20] as const;
const CANCEL = [60, 30] as const;
const CANCEL_OK = [60, 31] as const;

/** Answers to a cancel that came from nowhere. */
const answers: Theme = {
  'an answer to a cancel that nobody sent': async (world) => {
    const { peer } = await consuming(world);
    peer.method(1, ...CANCEL_OK, shortString('tag'));
    peer.method(1, 20, 10, shortString(''));
    return peer.verdict();
  },

  'an answer to the cancel of no consumer': async (world) => {
    const { peer } = await consuming(world);
    peer.method(1, ...CANCEL_OK, shortString('nobody'));
    return peer.verdict().catch(() => 'none');
  },

  'an answer to the cancel that comes with the end of the queue': async (world) => {
    const { peer, queue } = await consuming(world);
    await (await world.channel()).deleteQueue(queue);
    await peer.expect(...CANCEL);
    peer.method(1, ...CANCEL_OK, shortString('tag'));
    return peer.verdict().catch(() => 'none');
  },
};

/**
 * Who does not settle in time, from 4.3 on. Before, RabbitMQ closes the channel, but looks only once a minute: the unit
 * tests have that.
 */
const timeouts: Theme = {
  'the consumer is cancelled, and given nothing more': async (world) => {
    const { peer, queue } = await consuming(world);
    const channel = await world.channel();
    await put(channel, '', queue, '1');
    const log = await watch(peer, 2);
    await put(channel, '', queue, '2');
    await untilDepth(channel, queue, 2);
    return { log, consumers: (await channel.checkQueue(queue)).consumerCount };
  },

  'a cancel comes for each time that something is overdue': async (world) => {
    const { peer, queue } = await consuming(world, TIMEOUT_MS * 4);
    const channel = await world.channel();
    await put(channel, '', queue, '1');
    const first = await watch(peer, 1);
    // Far enough apart that a busy machine sees two times, and near enough that the second comes before the first is due.
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS * 2));
    await put(channel, '', queue, '2');
    return { first, later: await watch(peer, 3) };
  },

  'an ack that comes late acks nothing, and makes it a consumer again': async (world) => {
    const { peer, queue } = await consuming(world);
    await put(await world.channel(), '', queue, '1');
    const first = await watch(peer, 2);
    peer.method(1, 60, 80, u32(0), u32(1), u8(0));
    return { first, later: await watch(peer, 1) };
  },

  'dropping what is overdue does the same': async (world) => {
    const { peer, queue } = await consuming(world);
    await put(await world.channel(), '', queue, '1');
    const first = await watch(peer, 2);
    peer.method(1, 60, 120, u32(0), u32(1), u8(0));
    return { first, later: await watch(peer, 1) };
  },

  'giving back what is overdue does not': async (world) => {
    const { peer, queue } = await consuming(world);
    const channel = await world.channel();
    await put(channel, '', queue, '1');
    const first = await watch(peer, 2);
    peer.method(1, 60, 120, u32(0), u32(1), u8(2));
    await put(channel, '', queue, '2');
    await untilDepth(channel, queue, 2);
    return { first, later: await peer.next().catch(() => 'nothing') };
  },

  'the answer to the cancel ends the consumer': async (world) => {
    const { peer, queue } = await consuming(world);
    const channel = await world.channel();
    await put(channel, '', queue, '1');
    const log = await watch(peer, 2);
    peer.method(1, ...CANCEL_OK, shortString('tag'));
    peer.method(1, ...CONSUME, u16(0), shortString(queue), shortString('tag'), u8(0), u32(0));
    return [...log, ...(await watch(peer, 2)), (await channel.checkQueue(queue)).consumerCount];
  },

  'the second answer to a cancel': async (world) => {
    const { peer, queue } = await consuming(world);
    await put(await world.channel(), '', queue, '1');
    await watch(peer, 2);
    for (let turn = 0; turn < 2; turn += 1) peer.method(1, ...CANCEL_OK, shortString('tag'));
    return peer.verdict();
  },

  'what was fetched costs the channel': async (world) => {
    const { peer, queue } = await consuming(world);
    peer.method(1, ...CANCEL, shortString('tag'), u8(0));
    await peer.expect(...CANCEL_OK);
    await put(await world.channel(), '', queue, '1');
    peer.method(1, 60, 70, u16(0), shortString(queue), u8(0));
    return peer.verdict();
  },

  'what a cancelled consumer holds costs the channel': async (world) => {
    const { peer, queue } = await consuming(world);
    await put(await world.channel(), '', queue, '1');
    await watch(peer, 1);
    peer.method(1, ...CANCEL, shortString('tag'), u8(0));
    return peer.verdict();
  },

  'others get what is overdue': async (world) => {
    const { peer, queue } = await consuming(world);
    const channel = await world.channel();
    await put(channel, '', queue, '1');
    await watch(peer, 2);
    await untilDepth(channel, queue, 1);
    const message = await channel.get(queue);
    return message && { headers: message.properties.headers, redelivered: message.fields.redelivered };
  },
};

/** What becomes of consumers that do not settle in time. */
export const consumerTimeouts: Theme = atLeast('4.3') ? { ...answers, ...timeouts } : answers;

/** A raw consumer of a quorum queue that gives it little time. */
async function consuming(
  world: World,
  timeoutMs = TIMEOUT_MS,
): Promise<{ readonly peer: RawPeer; readonly queue: string }> {
  const channel = await world.channel();
  const args = { 'x-queue-type': 'quorum', 'x-consumer-timeout': timeoutMs };
  const queue = await world.queue(channel, 'quorum', { durable: true, arguments: args });
  const peer = await (await (await world.raw()).open()).openChannel();
  peer.method(1, ...CONSUME, u16(0), shortString(queue), shortString('tag'), u8(0), u32(0));
  await peer.expect(60, 21);
  return { peer, queue };
}

/** The next so many methods of the broker. */
async function watch(peer: RawPeer, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const frame = await peer.next();
    if (!frame) return [...seen, 'the end'];
    if (frame.type === 1) seen.push(describe(frame));
  }
  return seen;
}

function describe({ payload }: RawFrame): string {
  const id = `${payload.readUInt16BE(0)}.${payload.readUInt16BE(2)}`;
  if (id !== '60.60') return `${id} ${payload.subarray(4).toString('latin1')}`;
  const tag = 5 + payload.readUInt8(4);
  return `delivery ${payload.readBigUInt64BE(tag)}, redelivered ${payload.readUInt8(tag + 8)}`;
}
