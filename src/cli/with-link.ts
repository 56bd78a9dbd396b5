import { Link, type LinkOptions } from '../amqp/index.js';
import type { Context } from './command.js';

/** Does something with a link to the broker that the command line or the environment names, and closes it. */
export async function withLink<T>(
  { url, name }: Pick<Context, 'url'> & { readonly name: string },
  work: (link: Link) => Promise<T>,
  options: LinkOptions = {},
): Promise<T> {
  const link = Link.acquire({ ...options, url, connectionName: `waybill ${name} ${process.pid}` });
  try {
    return await work(link);
  } finally {
    await link.close();
  }
}
