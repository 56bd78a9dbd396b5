import type { PartHost } from '../parts/part.js';
import type { AmqpConnection } from './amqp-connection.js';
import type { AmqpRoute } from './amqp-route.js';

/** Which queues routes take from, by connection. */
const taken = new WeakMap<AmqpConnection, Set<string>>();

/** Tells the log of queues that another route takes from, too: nobody sees all messages then. From a stream each gets all. */
export function tellOfShared(route: AmqpRoute, { name, logger }: PartHost): void {
  const { queues, connection, vhost, consumer } = route;
  if (consumer.offset !== undefined) return;
  const known = taken.get(connection) ?? new Set<string>();
  taken.set(connection, known);
  for (const queue of new Set(queues)) {
    const key = JSON.stringify([vhost, queue]);
    if (known.has(key))
      logger.warn(
        `${name}: two routes take from queue '${queue}', and each gets a part of its messages (one is ${route.name}). Do all in one handler, or give each a queue of its own.`,
        { component: name, queue },
      );
    known.add(key);
  }
}
