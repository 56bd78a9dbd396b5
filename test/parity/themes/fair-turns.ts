import type { ConfirmChannel } from 'amqplib';
import { putAll } from '../messages.js';
import type { Theme } from '../theme.js';
import { waitFor } from '../wait.js';
import type { World } from '../world.js';

/** Who is served when a channel as a whole has room for one message more; RabbitMQ draws lots where several queues wait. */
export const fairTurns: Theme = {
  'P-13: queues of a channel that holds one message have their turns': async (world) => {
    const channel = await narrow(world);
    const queues = ['one', 'two', 'three'].map((label) => world.queue(channel, label));
    return shares(channel, await Promise.all(queues));
  },

  'P-14: consumers of a queue and a channel that holds one message have their turns': async (world) => {
    const channel = await narrow(world);
    const queue = await world.queue(channel);
    return shares(channel, [queue, queue]);
  },

  'P-13: a queue with two consumers has its turns beside one with one': async (world) => {
    const channel = await narrow(world);
    const [one, two] = [await world.queue(channel, 'one'), await world.queue(channel, 'two')];
    return shares(channel, [one, one, two]);
  },
};

const MESSAGES = 100;

/** A channel that may hold one message. */
async function narrow(world: World): Promise<ConfirmChannel> {
  const channel = await world.channel();
  await channel.prefetch(1, true);
  return channel;
}

/** Whether the consumer of each queue had a tenth at least of the first hundred messages. */
async function shares(channel: ConfirmChannel, queues: readonly string[]): Promise<readonly boolean[]> {
  const bodies = Array.from({ length: MESSAGES }, () => 'x');
  for (const queue of new Set(queues)) await putAll(channel, '', queue, bodies);
  const taken: number[] = [];
  for (const [index, queue] of queues.entries()) {
    await channel.consume(queue, (message) => {
      if (taken.push(index) < MESSAGES && message) channel.ack(message);
    });
  }
  await waitFor(`${MESSAGES} deliveries`, () => taken.length >= MESSAGES);
  return queues.map((_, index) => taken.filter((each) => each === index).length >= MESSAGES / 10);
}
