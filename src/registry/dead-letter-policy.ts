import type { Arguments, Declaration } from '../amqp/index.js';
import { wholeNumber } from '../common/numbers.js';

/** Where messages go that could not be handled. */
export interface DeadLetterPolicy {
  /** The exchange by which they go, direct and durable. @default 'dlx' */
  readonly exchange?: string | undefined;
  /**
   * How many milliseconds they are kept in `<queue>_dlq`: a whole number up to 4,294,967,295, 49 days, the longest that RabbitMQ takes.
   * @default 86,400,000: one day. Python's says 86,400, which is 86 seconds
   */
  readonly ttlMs?: number | undefined;
}

/** What is declared for a queue with such a policy. */
export interface DeadLetters {
  /** The exchange, the queue `<queue>_dlq`, and its binding. */
  readonly declarations: readonly Declaration[];
  /** What the queue itself needs. */
  readonly arguments: Arguments;
}

/** @throws ConfigurationError for a time that RabbitMQ does not take. @param owner whose setting it is, for people */
export function checkDeadLetters(owner: string, { ttlMs }: DeadLetterPolicy): void {
  if (ttlMs !== undefined) wholeNumber(`${owner}: deadLetters.ttlMs`, ttlMs, { max: 2 ** 32 - 1 });
}

/** The dead letters of a queue. */
export function deadLettersOf(queue: string, policy: DeadLetterPolicy): DeadLetters {
  const { exchange = 'dlx', ttlMs = 86_400_000 } = policy;
  const name = `${queue}_dlq`;
  return {
    declarations: [
      { kind: 'exchange', name: exchange, type: 'direct', passive: false, options: { durable: true } },
      durableQueue(name, { 'x-message-ttl': ttlMs }),
      { kind: 'binding', exchange, queue: name, routingKey: name },
    ],
    arguments: { 'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': name },
  };
}

/** A queue as they all are here: durable. */
export function durableQueue(name: string, args: Arguments): Declaration {
  return { kind: 'queue', name, passive: false, options: { durable: true, arguments: args } };
}
