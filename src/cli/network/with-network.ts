import { Network, type OpenOptions } from '../../network/index.js';
import type { Context } from '../command.js';

/** Does something with the network of components of the broker that the command line or the environment names, and leaves it. */
export async function withNetwork<T>(
  { url, as, sign, keys }: Pick<Context, 'url'> & Pick<OpenOptions, 'as' | 'sign' | 'keys'>,
  work: (network: Network) => Promise<T>,
): Promise<T> {
  await using network = await Network.open({ url, as, sign, keys });
  return await work(network);
}
