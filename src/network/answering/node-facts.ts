import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Link } from '../../amqp/index.js';
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

/** How late the event loop is; looked at from the first time that somebody asks. */
export class LoopDelay {
  #watched: IntervalHistogram | undefined;

  /** The longest delay since it was asked the last time, in milliseconds; 0 the first time. */
  get worstMs(): number {
    if (!this.#watched) {
      this.#watched = monitorEventLoopDelay({ resolution: 20 });
      this.#watched.enable();
      return 0;
    }
    const worst = Math.max(0, this.#watched.max / 1e6 - 20);
    this.#watched.reset();
    return Math.round(worst);
  }

  close(): void {
    this.#watched?.disable();
    this.#watched = undefined;
  }
}

/** What this process does. */
export function nodeFigures(link: Link, loop: LoopDelay): Omit<NodeFigures, 'refusedOrders'> {
  const { heapUsed, rss } = process.memoryUsage();
  const { outbox, reconnects } = link.activity();
  const uptimeMs = Math.round(process.uptime() * 1_000);
  return { uptimeMs, heapUsed, rss, loopDelayMs: loop.worstMs, outbox, reconnects };
}
