import { failedQueueName, type Link } from '../../amqp/index.js';
import { isWaybillError } from '../../errors.js';
import type { Finding } from './finding.js';
import { askQueue, type QueueFacts, type QueueRefusal } from './queue-facts.js';

/** Queues beside those of components, from which nobody takes, and the levels in which late messages wait. */
const asideNames = /\.failed$|\.retry\.\d+$|^waybill\.delay\.\d\d$/;

const refusals: Readonly<Record<QueueRefusal, Pick<Finding, 'status' | 'text' | 'advice'>>> = {
  missing: {
    status: 'fail',
    text: 'is not there.',
    advice:
      'The component that takes from it declares it when it starts. Look for another spelling, and for the virtual host.',
  },
  exclusive: { status: 'ok', text: 'is exclusive: only the connection that has it may ask more.' },
  forbidden: {
    status: 'warn',
    text: 'may not be looked at by this user.',
    advice:
      'Give it the permission to configure the queue (RabbitMQ 4.3 asks for any one), or use --management.',
  },
};

/** Looks at queues by their names, over AMQP. */
export async function* checkNamedQueues(
  link: Link,
  names: readonly string[],
  expected: Expected | undefined,
): AsyncGenerator<Finding> {
  for (const name of names) {
    const known = await askQueue(link, name);
    if (typeof known === 'string') yield { check: `queue ${name}`, ...refusals[known] };
    else yield* checkQueue(known);
    if (expected && known !== 'missing') yield await checkExpected(link, name, expected);
    if (asideNames.test(name)) continue;
    const parked = await askQueue(link, failedQueueName(name));
    if (typeof parked === 'object') yield* checkParked(parked, name);
  }
}

/** What is to be said of a queue. */
export function* checkQueue(facts: QueueFacts): Generator<Finding> {
  const troubles = [...troublesOf(facts)];
  const check = `queue ${facts.name}`;
  if (troubles.length === 0) yield { status: 'ok', check, text: shape(facts) };
  for (const [index, { text, advice }] of troubles.entries())
    yield { status: 'warn', check, text: index === 0 ? `${shape(facts)} ${text}` : text, advice };
}

/** What is parked beside a queue. */
export function* checkParked({ name, messages }: QueueFacts, beside: string): Generator<Finding> {
  if (messages === 0) return;
  const advice = `waybill failed list ${beside} --group`;
  yield {
    status: 'warn',
    check: `queue ${name}`,
    text: messages === 1 ? '1 message is parked.' : `${messages} messages are parked.`,
    advice,
  };
}

/** Whether a queue is there as somebody would declare it. It is there, so that changes nothing. */
async function checkExpected(
  link: Link,
  name: string,
  { durable, autoDelete, args }: Expected,
): Promise<Finding> {
  const check = `queue ${name}`;
  try {
    await link.declare([
      { kind: 'queue', name, passive: false, options: { durable, autoDelete, arguments: args } },
    ]);
    return { status: 'ok', check, text: 'is declared as expected.' };
  } catch (thrown) {
    if (!isWaybillError(thrown, 'TOPOLOGY_REFUSED')) throw thrown;
    return { status: 'fail', check, text: thrown.message };
  }
}

/** How somebody would declare a queue. */
export interface Expected {
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly args: Readonly<Record<string, unknown>>;
}

function shape({ type, durable, exclusive, autoDelete, messages, consumers }: QueueFacts): string {
  const life = durable === undefined ? [] : [durable ? 'durable' : 'transient'];
  const words = [
    type ?? 'of a type that is not told',
    ...life,
    ...(exclusive ? ['exclusive'] : []),
    ...(autoDelete ? ['auto-delete'] : []),
  ];
  return `${words.join(', ')}; ${messages} ready, ${consumers} ${consumers === 1 ? 'consumer' : 'consumers'}.`;
}

function* troublesOf(facts: QueueFacts): Generator<{ readonly text: string; readonly advice: string }> {
  const { name, type, durable, exclusive, consumers, arguments: args, policy } = facts;
  if (consumers === 0 && type !== 'stream' && !asideNames.test(name)) {
    yield {
      text: 'Nobody takes from it.',
      advice:
        'Start the component that does, or resume it, where `waybill ps` says that it is paused. Delete the queue where nobody needs it any more.',
    };
  }
  if (durable === false && !exclusive) {
    const advice =
      'Declare it durable, or exclusive: RabbitMQ 4.3 may refuse it, and not start while it is there.';
    yield { text: 'It is transient and not exclusive, which is deprecated.', advice };
  }
  if ('ha-mode' in policy) {
    const advice = 'Make it a quorum queue: RabbitMQ 4 has no mirrored queues.';
    yield { text: 'It is mirrored by a policy.', advice };
  }
  if ('x-queue-master-locator' in args) {
    const advice = 'Declare it without: RabbitMQ 4.3 refuses it. x-queue-leader-locator stands for it.';
    yield { text: 'It was declared with x-queue-master-locator, which is deprecated.', advice };
  }
}
