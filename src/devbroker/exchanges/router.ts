import type { Message } from '../common/message.js';
import type { Binding } from './binding.js';
import { DirectRouter } from './direct-router.js';
import { FanoutRouter } from './fanout-router.js';
import { HeadersRouter } from './headers-router.js';
import { TopicRouter } from './topic-router.js';

/** How an exchange of one type finds the bindings a message goes along. */
export interface Router {
  add(binding: Binding): void;
  remove(binding: Binding): void;
  /** Calls `found` for each binding that matches one of the message's routing keys; repeats are allowed. */
  route(message: Message, found: (binding: Binding) => void): void;
}

/** The types of exchange there are. */
export const exchangeTypes = ['direct', 'fanout', 'topic', 'headers'] as const;

/** A type of exchange. */
export type ExchangeType = (typeof exchangeTypes)[number];

/** A router without bindings for a type of exchange. */
export function createRouter(type: ExchangeType): Router {
  switch (type) {
    case 'direct':
      return new DirectRouter();
    case 'fanout':
      return new FanoutRouter();
    case 'topic':
      return new TopicRouter();
    case 'headers':
      return new HeadersRouter();
  }
}
