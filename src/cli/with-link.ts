import { Link, type LinkOptions } from '../amqp/index.js';
import { silentLogger } from '../logger.js';
import type { Context } from './command.js';

/**
 * Does something with a link to the broker that the command line or the environment names, and closes it. It writes no log unless told
 * otherwise: what goes wrong is thrown, and told once.
 */
export async function withLink<T>(
  { url, name }: Pick<Context, 'url'> & { readonly name: string },
  work: (link: Link) => Promise<T>,
  options: LinkOptions = {},
): Promise<T> {
  const connectionName = `waybill ${name} ${process.pid}`;
  const link = Link.acquire({ logger: silentLogger, ...options, url, connectionName });
  try {
    return await work(link);
  } finally {
    await link.close();
  }
}
