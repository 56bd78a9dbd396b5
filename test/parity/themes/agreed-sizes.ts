import { depth } from '../messages.js';
import { confirmed, get, opened, publish } from '../raw-channel.js';
import { longString, shortString, table, u16, u32 } from '../raw-fields.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** The least that all versions agree upon. */
const AGREED = 8192;

/** Frames of the size that was agreed upon, and before anything was. */
export const agreedSizes: Theme = {
  'P-8: a frame whose payload alone has the agreed size is taken': async (world) => {
    const { queue, peer } = await sends(world, AGREED);
    await confirmed(peer);
    return depth(await world.channel(), queue);
  },

  'P-8: a frame whose payload is larger by one byte closes the connection': async (world) => {
    const { peer } = await sends(world, AGREED + 1);
    return peer.verdict();
  },

  'P-16: properties that fill a frame are delivered as they came': (world) => passesHeader(world, AGREED - 8),
  'P-16: properties that are a byte larger than a frame are delivered as they came': (world) =>
    passesHeader(world, AGREED - 7),

  'P-17: a start-ok of 4,096 bytes': (world) => introducesItself(world, 4096),
  'P-17: a start-ok of 4,097 bytes': (world) => introducesItself(world, 4097),
  'P-17: a start-ok of 8,192 bytes': (world) => introducesItself(world, 8192),
  'P-17: a start-ok of 8,193 bytes': (world) => introducesItself(world, 8193),
};

/** Publishes a body in one frame. */
async function sends(world: World, size: number) {
  const queue = await world.queue(await world.channel());
  const peer = await opened(world, { frameMax: AGREED });
  publish(peer, queue);
  peer.header(1, size);
  peer.frame(3, 1, Buffer.alloc(size, 'x'));
  return { queue, peer };
}

/** Publishes a message without a body whose header frame has a payload of this size, and gets it. */
async function passesHeader(world: World, size: number): Promise<unknown> {
  const queue = await world.queue(await world.channel());
  const peer = await opened(world, { frameMax: AGREED });
  const payload = (filling: string) =>
    Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0x2000), table({ filling })]);
  const sent = payload('x'.repeat(size - payload('').length));
  publish(peer, queue);
  peer.frame(2, 1, sent);
  await get(peer, queue);
  const got = (await peer.next())?.payload;
  return { size: got?.length, asSent: got?.equals(sent) };
}

/** Whether the server goes on after a client that says so much of itself. */
async function introducesItself(world: World, size: number): Promise<'goes on' | 'closes'> {
  const peer = await world.raw();
  await peer.greet();
  const login = [shortString('PLAIN'), longString(Buffer.from('\0guest\0guest')), shortString('en_US')];
  const payload = (filling: string) => Buffer.concat([u16(10), u16(11), table({ filling }), ...login]);
  peer.frame(1, 0, payload('x'.repeat(size - payload('').length)));
  return peer.expect(10, 30).then(
    () => 'goes on',
    () => 'closes',
  );
}
