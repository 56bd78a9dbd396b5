import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** What each argument is tried with, on a consumer of a queue of each type. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  'x-consumer-timeout': [60_000, 0, -1, 'x'],
  'x-priority': [5, -5, 'x'],
  'x-stream-offset': ['first', 5, 'x'],
  'x-cancel-on-ha-failover': [true],
  'x-unknown': ['anything'],
};

/** Which arguments consumers may have. */
export const consumerArguments: Theme = Object.fromEntries(
  Object.entries(values).map(([name, tried]) => [name, (world: World) => consumeEach(world, name, tried)]),
);

async function consumeEach(world: World, name: string, tried: readonly unknown[]): Promise<unknown> {
  const found: Record<string, unknown> = {};
  for (const type of ['classic', 'quorum', 'stream'] as const) {
    const setUp = await world.channel();
    const queue = await world.queue(setUp, type, { durable: true, arguments: { 'x-queue-type': type } });
    for (const value of tried) {
      const channel = await world.channel();
      await channel.prefetch(1);
      const options = { arguments: { [name]: value } };
      const consume = () => channel.consume(queue, () => undefined, options);
      found[`${type} ${value}`] = await world.outcome(channel, consume, () => 'fine');
    }
  }
  return found;
}
