import type { Theme } from '../theme.js';
import type { World } from '../world.js';

/** What each argument is tried with, on a queue of each type. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  'x-consumer-timeout': [5000, -1, 'x'],
  'x-delivery-limit': [-1, 0, 5, 'x'],
  'x-queue-mode': ['lazy', 'bogus', 1],
  'x-queue-version': [1, 2, 3],
  'x-max-priority': [0, 5],
  'x-expires': [1000, 0],
  'x-message-ttl': [1000, -1],
  'x-max-length': [5, -1],
  'x-max-length-bytes': [5, -1],
  'x-overflow': ['drop-head', 'reject-publish', 'reject-publish-dlx', 'bogus'],
  'x-dead-letter-exchange': ['dlx'],
  'x-dead-letter-strategy': ['at-least-once', 'at-most-once', 'bogus', 1],
  'x-single-active-consumer': [true, 'yes'],
  'x-max-in-memory-length': [5],
  'x-quorum-initial-group-size': [1, 0, 'x'],
  'x-max-age': ['1h', 5],
  'x-stream-max-segment-size-bytes': [1_000_000, 'x'],
  'x-stream-filter-size-bytes': [20],
  'x-initial-cluster-size': [1, 0, 'x'],
  'x-queue-leader-locator': ['client-local', 'balanced', 'bogus', 1],
  'x-delayed-retry-type': ['all'],
  'x-unknown': ['anything'],
};

const types = ['classic', 'quorum', 'stream'] as const;

/** Which arguments each type of queue takes. */
export const queueArguments: Theme = {
  ...Object.fromEntries(
    Object.entries(values).map(([name, tried]) => [name, (world: World) => declareEach(world, name, tried)]),
  ),

  'x-queue-type': async (world) => {
    const found: unknown[] = [];
    for (const type of ['classic', 'quorum', 'stream', 'bogus', 1]) {
      found.push(await declared(world, { 'x-queue-type': type }));
    }
    return found;
  },

  'an age that makes no sense': (world) => declared(world, { 'x-queue-type': 'stream', 'x-max-age': 'old' }),

  'x-queue-master-locator': async (world) => {
    const found: unknown[] = [];
    for (const type of types) {
      found.push(await declared(world, { 'x-queue-type': type, 'x-queue-master-locator': 'min-masters' }));
    }
    return found;
  },

  'declaring again with another argument of a stream': (world) =>
    redeclared(world, 'stream', { 'x-max-age': '1h' }, { 'x-max-age': '2h' }),

  'declaring again with another delivery limit': (world) =>
    redeclared(world, 'quorum', { 'x-delivery-limit': 2 }, { 'x-delivery-limit': 3 }),

  'declaring again with another consumer timeout': (world) =>
    redeclared(world, 'quorum', { 'x-consumer-timeout': 20_000 }, { 'x-consumer-timeout': 30_000 }),
};

async function declareEach(world: World, name: string, tried: readonly unknown[]): Promise<unknown> {
  const connection = await world.connect();
  const found: Record<string, unknown> = {};
  for (const type of types) {
    for (const value of tried) {
      const channel = await world.channel(connection);
      const options = { durable: true, arguments: { 'x-queue-type': type, [name]: value } };
      const declare = () => channel.assertQueue(world.name('queue'), options);
      found[`${type} ${value}`] = await world.outcome(channel, declare);
    }
  }
  return found;
}

async function declared(world: World, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(channel, () => channel.assertQueue(world.name('queue'), { arguments: args }));
}

async function redeclared(
  world: World,
  type: string,
  first: Readonly<Record<string, unknown>>,
  second: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const channel = await world.channel();
  const name = world.name('queue');
  await channel.assertQueue(name, { arguments: { 'x-queue-type': type, ...first } });
  const again = { arguments: { 'x-queue-type': type, ...second } };
  return world.outcome(channel, () => channel.assertQueue(name, again));
}
