import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** The first eight bytes of older clients. */
export const protocolHeaders: Theme = {
  'P-22: a client of 0-9 is served': (world) => begins(world, [1, 1, 0, 9]),
  'P-22: a client of 0-10 is told another version': (world) => begins(world, [1, 1, 0, 10]),
  'P-22: clients of 0-8': async (world) => [
    await begins(world, [1, 1, 8, 0]),
    await begins(world, [1, 1, 9, 1]),
  ],
};

/** The header that the server answers with, or the version in its `connection.start`. */
async function begins(world: World, version: readonly number[]): Promise<unknown> {
  const peer = await world.raw();
  peer.write(Buffer.from('AMQP'), Buffer.from(version));
  const first = await peer.bytes(8);
  if (first.toString('latin1', 0, 4) === 'AMQP') return first;
  const start = await peer.expect(10, 10);
  return { starts: `${start[0]}-${start[1]}` };
}
