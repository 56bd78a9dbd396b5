import { type Link, nextMessageId, say } from '../../amqp/index.js';
import type { NodeFacts } from '../common/facts.js';
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

/** A broker takes 16 MiB (RabbitMQ 4), and who reads it half of that. */
const mostBytes = 4 * 1024 * 1024;

/** Something that is told of a process. */
type OfNode = object & { readonly node: NodeFacts };

/** Tells something of this process, by default to whoever watches. Never rejects, and nothing depends on it. */
export async function tell(
  link: Link,
  { exchange = presenceExchange, routingKey, what, correlationId }: Telling,
  told: OfNode,
): Promise<void> {
  const properties = {
    type: `waybill.${what}`,
    contentType: 'application/json',
    messageId: nextMessageId(),
    correlationId,
    deliveryMode: 1,
    expiration: String(lifeMs),
  } as const;
  await say(link, { exchange, routingKey, content: written(told), properties });
}

function written(told: OfNode): Buffer {
  const content = Buffer.from(JSON.stringify(told));
  if (content.length <= mostBytes) return content;
  const refused = 'it is too much at once: ask for one component, by its id';
  return Buffer.from(JSON.stringify({ node: told.node, components: [], refused }));
}
