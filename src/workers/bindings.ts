import type { Declaration } from '../amqp/index.js';
import { ConfigurationError } from '../errors.js';

/** An exchange that a queue is bound to, and the routing key by which. */
export type RouteBinding = readonly [exchange: string, routingKey: string];

/** What binds the queue of a route. @throws ConfigurationError for what is no list of pairs */
export function bindingsOf(
  owner: string,
  queue: string,
  bindings: readonly RouteBinding[] = [],
): readonly Declaration[] {
  if (!Array.isArray(bindings) || !bindings.every(isPair))
    throw new ConfigurationError(
      `${owner}: bindings must be pairs of exchange and routing key, such as [['shop-events', 'order.*']].`,
    );
  return bindings.map(([exchange, routingKey]) => ({ kind: 'binding', exchange, queue, routingKey }));
}

function isPair(value: unknown): value is RouteBinding {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}
