import { nextMessageId, type Outgoing } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';

/** What is known of something that recurs: it stands in the one message of its queue, and who holds that runs it. */
export interface Token {
  /** Counts up with each change. */
  readonly number: number;
  /** The last tick that was begun, or let go; undefined before the first one, in milliseconds since 1970. */
  readonly last: number | undefined;
  /** Who has begun the last tick and not ended it yet, for people. */
  readonly by: string | undefined;
}

/** What everybody brings along, so that there is one: it knows nothing. */
export const blank: Token = { number: 0, last: undefined, by: undefined };

/** Of two that count the same the one that has been at it longer knows more: the other has begun, and not known of it. */
export function isTruer(one: Token, other: Token): boolean {
  if (one.number !== other.number) return one.number > other.number;
  return (one.last ?? Infinity) < (other.last ?? Infinity);
}

/** Nobody's clock is that far ahead. */
const aheadMs = 86_400_000;

/** A token as it travels. @param id by which it is known when it comes back */
export function tokenMessage(
  queue: string,
  { number, last, by }: Token,
  id: string = nextMessageId(),
): Outgoing {
  return {
    exchange: '',
    routingKey: queue,
    content: Buffer.from(JSON.stringify({ number, last, by })),
    properties: { contentType: 'application/json', deliveryMode: 2, messageId: id },
    mandatory: true,
  };
}

/** Reads one; what is none knows nothing. n.b. anybody may have sent it who may write to the queue. @param now by the clock of this process */
export function readToken(content: Buffer, now: number): Token {
  try {
    const { number, last, by } = Object(JSON.parse(content.toString('utf8', 0, 1_000)));
    if (!Number.isSafeInteger(number) || number < 0) return blank;
    const isMoment = Number.isSafeInteger(last) && last >= 0 && last < now + aheadMs;
    return isMoment ? { number, last, by: typeof by === 'string' ? cut(by, 200) : undefined } : blank;
  } catch {
    return blank;
  }
}
