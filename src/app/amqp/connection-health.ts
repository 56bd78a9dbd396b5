import { healthWithoutLink, type Link } from '../../amqp/index.js';
import type { AmqpHealth } from '../parts/app-health.js';

/** How the links of a connection are, one for each virtual host that is used, by asking the broker. */
export async function linksHealth(
  name: string | undefined,
  links: readonly Link[],
): Promise<readonly AmqpHealth[]> {
  return await Promise.all(
    links.map(async (link) => ({ ...(await link.health()), name, vhost: link.vhost })),
  );
}

/** The same of a connection that was closed: it is not well, also where nobody has used it. @param usual its own virtual host */
export function closedHealth(
  name: string | undefined,
  links: readonly Link[],
  usual: string,
): readonly AmqpHealth[] {
  const vhosts = links.length > 0 ? links.map(({ vhost }) => vhost) : [usual];
  return vhosts.map((vhost) => ({ ...healthWithoutLink('closed'), name, vhost }));
}
