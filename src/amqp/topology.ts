import type { Channel, ChannelModel, Options } from 'amqplib';
import { TopologyError } from '../errors.js';
import type { Logger } from '../logger.js';
import { asTopologyError, isRefusal } from './broker-error.js';
import { closeInTime } from './close-in-time.js';
import { openFresh } from './fresh-channel.js';

/** Values for the `arguments` table of a declaration. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Something that must exist at the broker. Declaring it twice alike changes nothing. */
export type Declaration =
  | {
      readonly kind: 'exchange';
      readonly name: string;
      readonly type: string;
      readonly passive: boolean;
      readonly options: Options.AssertExchange;
    }
  | {
      readonly kind: 'queue';
      readonly name: string;
      readonly passive: boolean;
      readonly options: Options.AssertQueue;
    }
  | {
      readonly kind: 'binding';
      readonly exchange: string;
      readonly queue: string;
      readonly routingKey: string;
      readonly arguments?: Arguments | undefined;
    }
  | {
      readonly kind: 'exchange-binding';
      readonly source: string;
      readonly destination: string;
      readonly routingKey: string;
      readonly arguments?: Arguments | undefined;
    };

/**
 * What this process has declared, remembered so that it can be declared again on each new connection. Things declared
 * by several owners are kept until the last one forgets them.
 */
export class Topology {
  readonly #known = new Map<string, { readonly declaration: Declaration; owners: number }>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Declares in order, on a channel of its own, and remembers them when the broker has accepted all.
   * @throws TopologyError when the broker refuses one; those before it stay declared there.
   */
  async declare(model: ChannelModel, declarations: readonly Declaration[]): Promise<void> {
    await onThrowAwayChannel(model, async (channel) => {
      for (const declaration of declarations) await declare(channel, declaration);
      for (const declaration of declarations) this.#remember(declaration);
    });
  }

  /** The arguments with which a queue was declared here; none for one that was not, or only looked for. */
  argumentsOf(queue: string): Arguments {
    for (const { declaration } of this.#known.values()) {
      if (declaration.kind === 'queue' && declaration.name === queue)
        return declaration.options.arguments ?? {};
    }
    return {};
  }

  /** Stops declaring these again; at the broker nothing is removed. */
  forget(declarations: readonly Declaration[]): void {
    for (const declaration of declarations) {
      const key = JSON.stringify(declaration);
      const entry = this.#known.get(key);
      if (entry && --entry.owners === 0) this.#known.delete(key);
    }
  }

  /**
   * Declares all of it again on a new connection. What is refused now is reported and left out, so that one exchange
   * which somebody re-declared otherwise does not keep the rest from working.
   * @param exclusive whether exclusive queues are wanted: they belong to the connection that declares them.
   */
  async replay(model: ChannelModel, { exclusive }: { readonly exclusive: boolean }): Promise<void> {
    const skipped = new Set(exclusive ? [] : this.#exclusiveQueues());
    let rest = [...this.#known.values()]
      .map(({ declaration }) => declaration)
      .filter((each) => !skipped.has(queueOf(each)));
    while (rest.length > 0) rest = await this.#replayUntilRefused(model, rest);
  }

  /** A refusal closes the channel, so what comes after it needs another one: gives back what is left to do. */
  async #replayUntilRefused(
    model: ChannelModel,
    declarations: readonly Declaration[],
  ): Promise<Declaration[]> {
    let done = 0;
    try {
      await onThrowAwayChannel(model, async (channel) => {
        for (; done < declarations.length; done++) await declare(channel, declarations[done] as Declaration);
      });
      return [];
    } catch (thrown) {
      if (!(thrown instanceof TopologyError)) throw thrown;
      this.#logger.error(thrown.message);
      return declarations.slice(done + 1);
    }
  }

  #remember(declaration: Declaration): void {
    const key = JSON.stringify(declaration);
    const entry = this.#known.get(key);
    if (entry) entry.owners++;
    else this.#known.set(key, { declaration, owners: 1 });
  }

  #exclusiveQueues(): string[] {
    const all = [...this.#known.values()].map(({ declaration }) => declaration);
    return all.flatMap((each) => (each.kind === 'queue' && each.options.exclusive ? [each.name] : []));
  }
}

/**
 * Does something on a channel opened for it: an error there closes that channel and nothing else.
 * @throws TopologyError when the broker refuses.
 */
export async function onThrowAwayChannel<T>(
  model: ChannelModel,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  let closedBy: Error | undefined;
  const remember = (error?: Error): void => {
    closedBy = error;
  };
  model.once('close', remember);
  const channel = await openFresh(() => model.createChannel());
  // Without a listener amqplib would let a channel error take the whole connection down.
  channel.on('error', () => {});
  try {
    return await work(channel);
  } catch (thrown) {
    // RabbitMQ 3.10 answers an unknown exchange type by closing the connection; only that error says why.
    throw asTopologyError(isRefusal(closedBy) ? closedBy : thrown, 'what was asked for');
  } finally {
    model.off('close', remember);
    await closeInTime(channel);
  }
}

async function declare(channel: Channel, declaration: Declaration): Promise<void> {
  try {
    await assert(channel, declaration);
  } catch (thrown) {
    throw asTopologyError(thrown, described(declaration));
  }
}

async function assert(channel: Channel, declaration: Declaration): Promise<unknown> {
  switch (declaration.kind) {
    case 'exchange':
      if (declaration.passive) return await channel.checkExchange(declaration.name);
      return await channel.assertExchange(declaration.name, declaration.type, declaration.options);
    case 'queue':
      if (declaration.passive) return await channel.checkQueue(declaration.name);
      return await channel.assertQueue(declaration.name, declaration.options);
    case 'binding': {
      const { queue, exchange, routingKey, arguments: args } = declaration;
      return await channel.bindQueue(queue, exchange, routingKey, args);
    }
    case 'exchange-binding': {
      const { destination, source, routingKey, arguments: args } = declaration;
      return await channel.bindExchange(destination, source, routingKey, args);
    }
  }
}

function described(declaration: Declaration): string {
  switch (declaration.kind) {
    case 'exchange':
      return `exchange '${declaration.name}' (${declaration.type})`;
    case 'queue':
      return `queue '${declaration.name}'`;
    case 'binding':
      return `the binding of queue '${declaration.queue}' to exchange '${declaration.exchange}' by '${declaration.routingKey}'`;
    case 'exchange-binding':
      return `the binding of exchange '${declaration.destination}' to exchange '${declaration.source}' by '${declaration.routingKey}'`;
  }
}

function queueOf(declaration: Declaration): string {
  if (declaration.kind === 'queue') return declaration.name;
  return declaration.kind === 'binding' ? declaration.queue : '';
}
