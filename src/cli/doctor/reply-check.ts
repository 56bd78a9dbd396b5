import type { Link } from '../../amqp/index.js';
import { within } from '../../common/timers.js';
import { toError } from '../../errors.js';
import type { Finding } from './finding.js';

/** How long a round trip may take. */
const limitMs = 5_000;

type Channel = Parameters<Parameters<Link['onChannel']>[0]>[0];

/** Calls itself by RabbitMQ's direct reply-to, as calls of components do, through a queue that is there for this only. */
export async function checkReplies(link: Link): Promise<Finding> {
  const check = 'direct reply-to';
  try {
    const ms = await link.onChannel((channel) => within(roundTrip(channel), limitMs, () => undefined));
    if (ms !== undefined) return { status: 'ok', check, text: `an answer came back in ${ms.toFixed(1)} ms.` };
    const text = `no answer came within ${limitMs / 1_000} s.`;
    return { status: 'fail', check, text, advice: "Use `static replyQueue = 'per-call'` until it works." };
  } catch (thrown) {
    const advice =
      "Calls need it. With `static replyQueue = 'per-call'` each call has a queue of its own instead.";
    return { status: 'fail', check, text: toError(thrown).message, advice };
  }
}

async function roundTrip(channel: Channel): Promise<number> {
  const { queue } = await channel.assertQueue('', { exclusive: true });
  let answered = (): void => {};
  const end = new Promise<void>((resolve) => {
    answered = resolve;
  });
  await channel.consume('amq.rabbitmq.reply-to', () => answered(), { noAck: true });
  const start = performance.now();
  await channel.consume(queue, (message) => answer(channel, message?.properties.replyTo), { noAck: true });
  channel.publish('', queue, Buffer.from('{}'), { replyTo: 'amq.rabbitmq.reply-to' });
  await end;
  return performance.now() - start;
}

function answer(channel: Channel, replyTo: unknown): void {
  if (typeof replyTo === 'string') channel.publish('', replyTo, Buffer.from('{}'));
}
