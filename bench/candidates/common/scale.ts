import { names } from './names.js';

/** How many there are of what a service may have many of. */
export interface Scale {
  readonly handlers: number;
  readonly queues: number;
  readonly producers: number;
}

/** One of each. */
export const one: Scale = { handlers: 1, queues: 1, producers: 1 };

/** A queue, and the routing key that leads to it. */
export interface QueueAndKey {
  readonly queue: string;
  readonly routingKey: string;
}

/** The names of the commands; message `i` is `handlerNames(scale)[i % scale.handlers]`. */
export function handlerNames({ handlers }: Scale): readonly string[] {
  return Array.from({ length: handlers }, (_, index) => `tick${index}`);
}

/** The queues, the usual one first. */
export function queuesOf({ queues }: Scale): readonly QueueAndKey[] {
  return Array.from({ length: queues }, (_, index) => {
    const suffix = index === 0 ? '' : `-${index}`;
    return { queue: names.queue + suffix, routingKey: names.routingKey + suffix };
  });
}
