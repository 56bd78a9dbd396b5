import { shortString, u8, u16 } from './raw-fields.js';
import type { Handshake, RawPeer } from './raw-peer.js';
import type { World } from './world.js';

/** A raw peer with channel 1 open. */
export async function opened(world: World, handshake: Handshake = {}): Promise<RawPeer> {
  return (await (await world.raw()).open(handshake)).openChannel();
}

/** The method frame of a publish to the default exchange; `bits` 1 is mandatory, 2 immediate. */
export function publish(peer: RawPeer, key: string, bits = 0): void {
  peer.method(1, 60, 40, u16(0), shortString(''), shortString(key), u8(bits));
}

/** Gets a message; resolves when the broker has said that there is one. */
export async function get(peer: RawPeer, queue: string, noAck = true): Promise<void> {
  peer.method(1, 60, 70, u16(0), shortString(queue), u8(noAck ? 1 : 0));
  await peer.expect(60, 71);
}

/** Resolves when the broker has dealt with all before: a flow method is answered in order. */
export async function confirmed(peer: RawPeer): Promise<void> {
  peer.method(1, 20, 20, u8(1));
  await peer.expect(20, 21);
}
