import { drainBodies, put } from '../messages.js';
import type { Theme } from '../theme.js';
import type { World } from '../world.js';

const predeclared = ['amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers', 'amq.match'] as const;

/** Declaring, checking and deleting exchanges, and publishing to those that are not there. */
export const exchanges: Theme = {
  'the standard exchanges exist': async (world) => {
    const channel = await world.channel();
    const found: unknown[] = [];
    for (const name of predeclared)
      found.push(await world.outcome(channel, () => channel.checkExchange(name)));
    return found;
  },

  'the standard exchanges have their types': async (world) => {
    const channel = await world.channel();
    const types = ['direct', 'fanout', 'topic', 'headers', 'headers'];
    const found: unknown[] = [];
    for (const [index, name] of predeclared.entries()) {
      found.push(await world.outcome(channel, () => channel.assertExchange(name, types[index] ?? '')));
    }
    return found;
  },

  'declaring a standard exchange with another type is refused': (world) =>
    outcome(world, (channel) => channel.assertExchange('amq.direct', 'topic')),

  'declaring a name of the reserved kind is refused': (world) =>
    outcome(world, (channel) => channel.assertExchange('amq.waybill', 'direct')),

  'declaring the default exchange is refused': (world) =>
    outcome(world, (channel) => channel.assertExchange('', 'direct')),

  'checking the default exchange': (world) => outcome(world, (channel) => channel.checkExchange('')),

  'deleting the default exchange is refused': (world) =>
    outcome(world, (channel) => channel.deleteExchange('')),

  'deleting a standard exchange is refused': (world) =>
    outcome(world, (channel) => channel.deleteExchange('amq.fanout')),

  'an unknown type is refused': (world) =>
    outcome(world, (channel) => channel.assertExchange(world.name('exchange'), 'x-telepathy')),

  'declaring again with the same arguments is fine': async (world) => {
    const channel = await world.channel();
    const name = await world.exchange(channel, 'topic');
    return world.outcome(channel, () => channel.assertExchange(name, 'topic', { durable: false }));
  },

  'declaring again with another type is refused': (world) => redeclare(world, 'topic', { durable: false }),

  'declaring again with another durability is refused': (world) =>
    redeclare(world, 'direct', { durable: true }),

  'declaring again with another auto-delete is refused': (world) =>
    redeclare(world, 'direct', { durable: false, autoDelete: true }),

  'declaring again with another internal flag is refused': (world) =>
    redeclare(world, 'direct', { durable: false, internal: true }),

  'declaring again with another alternate exchange is refused': (world) =>
    redeclare(world, 'direct', { durable: false, alternateExchange: 'amq.fanout' }),

  'checking a missing exchange is refused': (world) =>
    outcome(world, (channel) => channel.checkExchange(world.name('missing'))),

  'deleting a missing exchange is fine': (world) =>
    outcome(world, (channel) => channel.deleteExchange(world.name('missing'))),

  'deleting a bound exchange if unused is refused': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'direct');
    await channel.bindQueue(await world.queue(channel), exchange, 'key');
    return world.outcome(channel, () => channel.deleteExchange(exchange, { ifUnused: true }));
  },

  'deleting an unbound exchange if unused is fine': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'direct');
    return world.outcome(channel, () => channel.deleteExchange(exchange, { ifUnused: true }));
  },

  'deleting an exchange ends its bindings but not its queues': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'fanout');
    const queue = await world.queue(channel);
    await channel.bindQueue(queue, exchange, '');
    await channel.deleteExchange(exchange);
    await channel.assertExchange(exchange, 'fanout', { durable: false });
    await put(channel, exchange, '', 'lost');
    return drainBodies(channel, queue);
  },

  'publishing to a missing exchange closes the channel': async (world) => {
    const channel = await world.channel();
    const confirm = await put(channel, world.name('missing'), 'key', 'body');
    return { confirm, death: await world.death(channel) };
  },

  'publishing to an internal exchange closes the channel': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'fanout', 'internal', { internal: true });
    const confirm = await put(channel, exchange, 'key', 'body');
    return { confirm, death: await world.death(channel) };
  },

  'an internal exchange routes what other exchanges give it': async (world) => {
    const channel = await world.channel();
    const inner = await world.exchange(channel, 'fanout', 'internal', { internal: true });
    const outer = await world.exchange(channel, 'fanout', 'outer');
    const queue = await world.queue(channel);
    await channel.bindExchange(inner, outer, '');
    await channel.bindQueue(queue, inner, '');
    await put(channel, outer, '', 'through');
    return drainBodies(channel, queue);
  },

  'an auto-delete exchange goes with its last binding': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'direct', 'exchange', { autoDelete: true });
    const queue = await world.queue(channel);
    const unbound = await world.outcome(channel, () => channel.checkExchange(exchange));
    await channel.bindQueue(queue, exchange, 'one');
    await channel.bindQueue(queue, exchange, 'two');
    await channel.unbindQueue(queue, exchange, 'one');
    const oneLeft = await world.outcome(channel, () => channel.checkExchange(exchange));
    await channel.unbindQueue(queue, exchange, 'two');
    return {
      unbound,
      oneLeft,
      noneLeft: await world.outcome(channel, () => channel.checkExchange(exchange)),
    };
  },

  'an auto-delete exchange goes with its last queue': async (world) => {
    const channel = await world.channel();
    const exchange = await world.exchange(channel, 'direct', 'exchange', { autoDelete: true });
    const queue = await world.queue(channel);
    await channel.bindQueue(queue, exchange, 'key');
    await channel.deleteQueue(queue);
    return world.outcome(channel, () => channel.checkExchange(exchange));
  },
};

type Channel = Awaited<ReturnType<World['channel']>>;

async function outcome(world: World, operation: (channel: Channel) => Promise<unknown>): Promise<unknown> {
  const channel = await world.channel();
  return world.outcome(channel, () => operation(channel));
}

async function redeclare(
  world: World,
  type: string,
  options: Parameters<Channel['assertExchange']>[2],
): Promise<unknown> {
  return outcome(world, async (channel) =>
    channel.assertExchange(await world.exchange(channel, 'direct'), type, options),
  );
}
