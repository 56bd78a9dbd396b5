import { drainBodies, putAll } from '../messages.js';
import { get, opened } from '../raw-channel.js';
import { shortString, u8, u16, u32 } from '../raw-fields.js';
import type { RawPeer } from '../raw-peer.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** What becomes of acks within a transaction while it is not committed. */
export const transactions: Theme = {
  'P-15: what is acked and not committed is not given back by recover': async (world) => {
    const { queue, peer } = await twoTaken(world);
    ack(peer, 1);
    await recover(peer);
    return drainBodies(await world.channel(), queue);
  },

  'P-15: a commit after recover acks what was acked before': async (world) => {
    const { queue, peer } = await twoTaken(world);
    ack(peer, 1);
    await recover(peer);
    await end(peer, 'commit');
    await close(peer);
    return drainBodies(await world.channel(), queue);
  },

  'P-15: a rollback after recover makes it unsettled again': async (world) => {
    const { queue, peer } = await twoTaken(world);
    ack(peer, 1);
    await recover(peer);
    await end(peer, 'rollback');
    await recover(peer);
    return drainBodies(await world.channel(), queue);
  },

  'P-15: an ack that is not committed is undone when the channel is closed': async (world) => {
    const { queue, peer } = await twoTaken(world);
    ack(peer, 1);
    await close(peer);
    return drainBodies(await world.channel(), queue);
  },
};

/** A channel within a transaction that holds two messages of a queue with three. */
async function twoTaken(world: World): Promise<{ readonly queue: string; readonly peer: RawPeer }> {
  const channel = await world.channel();
  const queue = await world.queue(channel);
  await putAll(channel, '', queue, ['one', 'two', 'three']);
  const peer = await opened(world);
  peer.method(1, 90, 10);
  await peer.expect(90, 11);
  for (let count = 0; count < 2; count += 1) await get(peer, queue, false);
  return { queue, peer };
}

function ack(peer: RawPeer, deliveryTag: number): void {
  peer.method(1, 60, 80, u32(0), u32(deliveryTag), u8(0));
}

async function recover(peer: RawPeer): Promise<void> {
  peer.method(1, 60, 110, u8(1));
  await peer.expect(60, 111);
}

async function end(peer: RawPeer, how: 'commit' | 'rollback'): Promise<void> {
  const id = how === 'commit' ? 20 : 30;
  peer.method(1, 90, id);
  await peer.expect(90, id + 1);
}

async function close(peer: RawPeer): Promise<void> {
  peer.method(1, 20, 40, u16(200), shortString(''), u16(0), u16(0));
  await peer.expect(20, 41);
}
