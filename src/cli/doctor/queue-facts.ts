import type { Link } from '../../amqp/index.js';
import { isWaybillError } from '../../errors.js';

/** How a queue was declared, as far as that could be learned. */
export interface QueueFacts {
  readonly name: string;
  /** Undefined where nobody would tell. */
  readonly type: string | undefined;
  readonly durable: boolean | undefined;
  readonly exclusive: boolean;
  readonly autoDelete: boolean | undefined;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** How many are ready. */
  readonly messages: number;
  readonly consumers: number;
  /** What a policy says of it; known by the management API only. */
  readonly policy: Readonly<Record<string, unknown>>;
}

/** Why nothing is known of a queue. */
export type QueueRefusal = 'missing' | 'exclusive' | 'forbidden';

type Channel = Parameters<Parameters<Link['onChannel']>[0]>[0];

/** No queue has that many arguments that the broker compares. */
const mostQuestions = 30;

/** What is learned by asking about a queue over AMQP, without changing anything. */
export async function askQueue(link: Link, name: string): Promise<QueueFacts | QueueRefusal> {
  try {
    const { messageCount, consumerCount } = await link.onChannel((channel) => channel.checkQueue(name));
    const counts = { messages: messageCount, consumers: consumerCount };
    return { name, exclusive: false, policy: {}, ...counts, ...(await askDeclaration(link, name)) };
  } catch (thrown) {
    const refusal = refusals.get(replyCode(thrown) ?? 0);
    if (refusal === undefined) throw thrown;
    return refusal;
  }
}

const refusals: ReadonlyMap<number, QueueRefusal> = new Map([
  [403, 'forbidden'],
  [404, 'missing'],
  [405, 'exclusive'],
]);

/** A type that no queue has: what is asked so is never declared, even when the queue is gone by now. */
const noType = 'waybill-asks';

/**
 * AMQP does not tell how a queue was declared; but who declares it otherwise is told the first difference, by name (RabbitMQ,
 * 406). So it is asked for with a type that there is none of, until nothing but that differs.
 */
async function askDeclaration(
  link: Link,
  name: string,
): Promise<Pick<QueueFacts, 'type' | 'durable' | 'autoDelete' | 'arguments'>> {
  const flags = { durable: true, autoDelete: false };
  const args: Record<string, unknown> = {};
  for (let asked = 0; asked < mostQuestions; asked++) {
    const difference = await differenceTo(link, name, {
      ...flags,
      arguments: { ...args, 'x-queue-type': noType },
    });
    if (difference === undefined) break;
    const { argument, current } = difference;
    if (argument === 'x-queue-type') return { type: String(current ?? 'classic'), ...flags, arguments: args };
    if (argument === 'durable') flags.durable = current === 'true';
    else if (argument === 'auto_delete') flags.autoDelete = current === 'true';
    else if (Object.hasOwn(args, argument) || current === undefined) break;
    else args[argument] = current;
  }
  return { type: undefined, durable: undefined, autoDelete: undefined, arguments: args };
}

interface Difference {
  readonly argument: string;
  readonly current: unknown;
}

async function differenceTo(
  link: Link,
  name: string,
  options: Parameters<Channel['assertQueue']>[1],
): Promise<Difference | undefined> {
  try {
    await link.onChannel((channel) => channel.assertQueue(name, options));
    return undefined;
  } catch (thrown) {
    return replyCode(thrown) === 406 ? readDifference((thrown as Error).message) : undefined;
  }
}

/** Reads `inequivalent arg 'x-max-priority' for queue 'q' in vhost '/': received none but current is the value '5' of type 'long'`. */
function readDifference(words: string): Difference | undefined {
  const [, argument, current = ''] =
    /inequivalent arg '([^']*)' for queue .* but current is (none|'.*'|the value '.*' of type '\w+')$/s.exec(
      words,
    ) ?? [];
  if (argument === undefined) return undefined;
  const [, text, type] = /^(?:the value )?'(.*?)'(?: of type '(\w+)')?$/s.exec(current) ?? [];
  return { argument, current: typed(text, type) };
}

function typed(text: string | undefined, type: string | undefined): unknown {
  if (text === undefined || type === undefined || type === 'longstr') return text;
  return type === 'bool' ? text === 'true' : Number(text);
}

function replyCode(thrown: unknown): number | undefined {
  return isWaybillError(thrown, 'TOPOLOGY_REFUSED')
    ? (thrown as { replyCode?: number | undefined }).replyCode
    : undefined;
}
