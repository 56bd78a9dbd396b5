import { type Link, nextMessageId, say } from '../../amqp/index.js';
import { presenceExchange } from '../common/names.js';

/** What tells of a component is of use for so long. */
const lifeMs = 10_000;

/** Where something is told, and what it is. */
export interface Telling {
  readonly exchange?: string;
  readonly routingKey: string;
  /** `stats`, `join`, what was asked. */
  readonly what: string;
  readonly correlationId?: string | undefined;
}

/** Tells something of this process, by default to whoever watches. Never rejects, and nothing depends on it. */
export async function tell(
  link: Link,
  { exchange = presenceExchange, routingKey, what, correlationId }: Telling,
  told: object,
): Promise<void> {
  const properties = {
    type: `waybill.${what}`,
    contentType: 'application/json',
    messageId: nextMessageId(),
    correlationId,
    deliveryMode: 1,
    expiration: String(lifeMs),
  } as const;
  await say(link, { exchange, routingKey, content: Buffer.from(JSON.stringify(told)), properties });
}
