import { Network } from '../../network/index.js';
import type { Context } from '../command.js';

/** Does something with the network of components of the broker that the command line or the environment names, and leaves it. */
export async function withNetwork<T>(
  { url }: Pick<Context, 'url'>,
  work: (network: Network) => Promise<T>,
): Promise<T> {
  await using network = await Network.open({ url });
  return await work(network);
}
