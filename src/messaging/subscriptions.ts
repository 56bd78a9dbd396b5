import { choice } from '../common/choices.js';
import { ConfigurationError } from '../errors.js';
import type { Eqks, QueueSpec } from './destinations.js';
import type { ExchangeClass } from './exchange.js';

/** Who gets each event: one of all instances of a service, or each of them. */
export type QueueFor = 'service' | 'instance';

/**
 * Events that a processor wants, of one exchange. Their queue is named after the service (`WAYBILL_NAME`, where it is set), the component (the
 * `name` of its fingerprint) and the class, each once: `shop.Mail.events`. Those must be the same in all instances and builds: one that is
 * renamed has another queue, and leaves the old one behind, which goes on filling until somebody deletes it.
 */
export interface Subscription {
  /** Where they are told: a topic exchange; a direct one for keys without wildcards, a fanout one for all of its events. */
  readonly exchange: ExchangeClass;
  /** Which of them, by their routing keys, words between dots: `*` stands for one word, `#` for any number, as in `order.*.paid`. */
  readonly patterns: readonly string[];
  /**
   * `service`: each event comes to one of all instances. Their queue stays when the last of them has gone, and keeps what is told meanwhile.
   * `instance`: each event comes to every instance that is there, for caches and open pages. Its queue ends a minute after it: what is told
   * while it is away for longer, it never gets. @default 'service'
   */
  readonly queueFor?: QueueFor | undefined;
}

/** The queues that a processor's subscriptions have, by whom they are for. */
export type EventQueues = Readonly<Record<QueueFor, QueueSpec>>;

/**
 * Where a processor takes its events from: all of one kind from one queue, so that their order is kept.
 * @throws ConfigurationError for a subscription that would never bring anything
 */
export function eqksOf(owner: string, subscriptions: readonly Subscription[], queues: EventQueues): Eqks {
  return subscriptions.map((subscription) => {
    const { exchange, patterns, queueFor = 'service' } = subscription;
    assertSubscription(`${owner}: subscriptions`, subscription);
    return [exchange, patterns.map((pattern) => [queues[queueFor], pattern] as const)] as const;
  });
}

function assertSubscription(whose: string, { exchange, patterns, queueFor = 'service' }: Subscription): void {
  choice(`${whose}: queueFor`, queueFor, ['service', 'instance']);
  if (typeof exchange !== 'function' || exchange.exchangeName === '')
    throw new ConfigurationError(`${whose} need an exchange with a name: events are told at one.`);
  if (!Array.isArray(patterns) || patterns.length === 0)
    throw new ConfigurationError(
      `${whose} to '${exchange.exchangeName}' need patterns: ['#'] for all events.`,
    );
  for (const pattern of patterns) assertPattern(whose, exchange, pattern);
}

function assertPattern(whose: string, { exchangeName, exchangeType }: ExchangeClass, pattern: unknown): void {
  if (typeof pattern !== 'string')
    throw new ConfigurationError(`${whose} to '${exchangeName}': a pattern is a text, as 'order.*.paid'.`);
  const words = pattern.split('.');
  if (exchangeType === 'direct' && words.some((word) => word === '*' || word === '#'))
    throw new ConfigurationError(
      `${whose} to '${exchangeName}': '${pattern}' would match nothing, since a direct exchange knows no wildcards. ` +
        `Declare it with static override readonly exchangeType = 'topic'.`,
    );
  if (exchangeType === 'headers')
    throw new ConfigurationError(
      `${whose} to '${exchangeName}': a headers exchange looks at no keys. Take from it by eqks, with arguments.`,
    );
}
