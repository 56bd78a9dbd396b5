import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Link } from '../../amqp/index.js';
import type { LoopDelay } from '../../common/loop-delay.js';
import { packageVersion } from '../../common/package-version.js';
import type { NodeFacts, NodeFigures } from '../common/facts.js';

/** What this process is on a link. */
export function nodeFacts({ vhost }: Link): NodeFacts {
  return {
    id: randomBytes(6).toString('hex'),
    host: hostname(),
    pid: process.pid,
    vhost,
    since: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
    waybill: packageVersion,
    node: process.versions.node,
  };
}

/** What this process does. */
export function nodeFigures(link: Link, loop: LoopDelay): Omit<NodeFigures, 'refusedOrders'> {
  const { heapUsed, rss } = process.memoryUsage();
  const { outbox, reconnects } = link.activity();
  const uptimeMs = Math.round(process.uptime() * 1_000);
  return { uptimeMs, heapUsed, rss, loopDelayMs: loop.worstMs, outbox, reconnects };
}
