// The scenarios of refusals that close the whole connection, for each broker that has them.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import {
  type Eqks,
  Exchange,
  GenericProducer,
  isWaybillError,
  MessageProcessor,
  type TopologyError,
} from 'waybill';
import { type Channel, ChannelError, Connection } from 'waybill/channel';
import { HandlersRegistry, MessageConsumerRegistry, RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import type { Declaration, LinkOptions, Outgoing } from '../../../src/amqp/index.js';
import { type Owner, suiteOwner, uniqueName } from '../../support/broker.js';
import { SideChannel } from '../../support/side-channel.js';
import { type Log, recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink, rejection } from './fixture.js';

/** Two brokers, of which only the first takes what the second closes the connection for. */
export interface Brokers {
  readonly tolerant: string;
  readonly strict: string;
}

/** What the strict one closes the connection for. */
export interface Refused {
  /** Its reply code. */
  readonly code: number;
  /** What stands in its words. */
  readonly words: RegExp;
  /** By the name of the queue or the exchange. */
  declaration(name: string): Declaration;
  /** A processor's queue that needs it. */
  eqks(name: string): Eqks;
  /** Whoever else may wait for it, by what he calls. */
  readonly waiting: Readonly<Record<string, (name: string, connection: LinkOptions) => Promise<unknown>>>;
  /** The same on a plain channel. */
  declareOn(channel: Channel, name: string): Promise<unknown>;
}

/** An argument of queues that RabbitMQ 4.3 does not permit any more, unless it is configured otherwise. */
const locator = { 'x-queue-master-locator': 'client-local' };

/** A queue that is neither durable nor exclusive, where `transient_nonexcl_queues` is not permitted. */
export const transientQueue: Refused = {
  code: 541,
  words: /Feature `transient_nonexcl_queues` is deprecated/,
  declaration: (name) => ({ kind: 'queue', name, passive: false, options: { durable: false } }),
  eqks: (name) => [[Exchange, [[{ name, flags: { durable: false } }, name]]]],
  waiting: {
    'RpcWorker.run()': async (name, connection) => {
      const worker = new RpcWorker(connection);
      worker.route(name, { durable: false })(() => {});
      await worker.run();
    },
  },
  declareOn: (channel, name) => channel.queue.declare(name, { durable: false }),
};

/** A queue with an argument of RabbitMQ 3, where `queue_master_locator` is not permitted. */
export const queueWithLocator: Refused = {
  code: 541,
  words: /Feature `queue_master_locator` is deprecated/,
  declaration: (name) => ({ kind: 'queue', name, passive: false, options: { arguments: locator } }),
  eqks: (name) => [[Exchange, [[{ name, flags: { arguments: locator } }, name]]]],
  waiting: {
    'QueueWorker.run()': async (name, connection) => {
      const worker = new QueueWorker(connection);
      worker.route(name, { arguments: locator })(() => {});
      await worker.run();
    },
    'MessageConsumerRegistry.register()': async (name, connection) => {
      const factory = new RabbitConsumerFactory(connection);
      const consumers = new MessageConsumerRegistry(new HandlersRegistry(), factory);
      await consumers.register(name, 'task_name', { arguments: locator });
    },
  },
  declareOn: (channel, name) => channel.queue.declare(name, { arguments: locator }),
};

/** An exchange whose plugin is missing, on RabbitMQ 3. */
export const unknownExchangeType: Refused = {
  code: 503,
  words: /unknown exchange type 'x-consistent-hash'/,
  declaration: (name) => ({ kind: 'exchange', name, type: 'x-consistent-hash', passive: false, options: {} }),
  eqks: (name) => [[hashed(name), [[name, '1']]]],
  waiting: {
    'GenericProducer.connect()': (name, connection) => {
      class Hashing extends GenericProducer {
        static override readonly eks = [[hashed(name), '1']] as const;
      }
      return Hashing.connect(connection);
    },
  },
  declareOn: (channel, name) => channel.exchange.declare(name, 'x-consistent-hash'),
};

function hashed(exchangeName: string): typeof Exchange {
  return class extends Exchange {
    static override readonly exchangeName = exchangeName;
    static override readonly exchangeType = 'x-consistent-hash';
  };
}

class Echoing extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Echoing.handle('command', 'say', function ({ parameters }: { readonly parameters: unknown }) {
  this.seen.push(parameters);
});

export function describeClosingRefusals(
  where: string,
  refused: Refused,
  start: (owner: Owner) => Promise<Brokers>,
): void {
  describe(`a declaration for which ${where} closes the connection (${refused.code})`, () => {
    const owner = suiteOwner();
    let brokers: Brokers;
    before(async () => {
      brokers = await start(owner);
    });

    async function sideOf(t: TestContext, url: string): Promise<SideChannel> {
      const side = await SideChannel.connect(url);
      t.after(() => side.close());
      return side;
    }

    async function inFrontOf(t: TestContext, url: string): Promise<TcpProxy> {
      const proxy = await TcpProxy.forUrl(url);
      t.after(() => proxy.close());
      return proxy;
    }

    async function refusalOf(promise: Promise<unknown>, name: string): Promise<TopologyError> {
      const error = await rejection(promise);
      assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'), String(error));
      const { replyCode, message, cause } = error as TopologyError;
      assert.equal(replyCode, refused.code);
      assert.ok(message.includes(`'${name}'`), message);
      assert.match(message, refused.words);
      assert.ok(cause instanceof Error);
      return error as TopologyError;
    }

    it('makes start() fail soon, with an error that names it; other components on the connection go on', async (t) => {
      const logger = recordingLog();
      const proxy = await inFrontOf(t, brokers.strict);
      const url = proxy.urlFor(brokers.strict);
      const [good, bad] = [uniqueName('good'), uniqueName('bad')];
      const first = new Echoing({ url, logger, eqks: [[Exchange, [[good, good]]]] });
      t.after(() => first.close());
      await first.start();
      const second = new Echoing({ url, logger, eqks: refused.eqks(bad) });
      await refusalOf(second.start(), bad);
      const side = await sideOf(t, brokers.strict);
      await side.waitForConsumers(good, 1);
      await until(async () => (await first.health()).ok, { what: 'the first one is well' });
      // Who tries again and again takes nobody down any more: it is asked for alone.
      const lost = logger.warnings.length;
      await refusalOf(new Echoing({ url, logger, eqks: refused.eqks(bad) }).start(), bad);
      assert.equal(logger.warnings.length, lost, logger.warnings.join('\n'));
    });

    it('is found among other declarations that were under way, which succeed', async (t) => {
      const link = ownLink(t, brokers.strict);
      await link.openConsuming();
      const names = Array.from({ length: 6 }, (_, index) => uniqueName(`queue ${index}`));
      const bad = uniqueName('bad');
      const queue = (name: string): Declaration => ({ kind: 'queue', name, passive: false, options: {} });
      const good = names.map((name) => link.declare([queue(name)]));
      const guilty = link.declare([queue(uniqueName('queue')), refused.declaration(bad)]);
      await refusalOf(guilty, bad);
      await Promise.all(good);
      const side = await sideOf(t, brokers.strict);
      for (const name of names) assert.ok(await side.look(name), name);
    });

    for (const [call, ask] of Object.entries(refused.waiting)) {
      it(`makes ${call} fail with an error that names it`, async () => {
        const bad = uniqueName('bad');
        await refusalOf(ask(bad, { url: brokers.strict, logger: recordingLog() }), bad);
      });
    }

    it('makes a plain channel throw an error that says what was asked for', async (t) => {
      const connection = await Connection.open({ url: brokers.strict, logger: recordingLog() });
      t.after(() => connection.close());
      const bad = uniqueName('bad');
      const error = await rejection(refused.declareOn(await connection.channel(), bad));
      assert.ok(error instanceof ChannelError, String(error));
      assert.deepEqual([error.scope, error.replyCode], ['connection', refused.code]);
      assert.ok(error.message.includes(`'${bad}'`), error.message);
      assert.match(error.message, refused.words);
      await (await connection.channel()).queue.declare(uniqueName('queue'));
    });

    it('is left out after a reconnect, logged once with its reason, and made again when it is allowed', async (t) => {
      const logger = recordingLog();
      const one = await inFrontOf(t, brokers.tolerant);
      const two = await inFrontOf(t, brokers.strict);
      two.refuse();
      const url = [one.urlFor(brokers.tolerant), two.urlFor(brokers.strict)].join();
      const good = uniqueName('good');
      const bad = [1, 2, 3].map((number) => uniqueName(`bad ${number}`));
      const start = async (eqks: Eqks): Promise<MessageProcessor> => {
        const processor = new Echoing({ url, logger, eqks });
        t.after(() => processor.close());
        return await processor.start();
      };
      const well = await start([[Exchange, [[good, good]]]]);
      const unwell = await Promise.all(bad.map((name) => start(refused.eqks(name))));
      for (const each of unwell) assert.equal((await each.health()).ok, true);

      await two.pass();
      one.refuse();
      one.cut();
      const strict = await sideOf(t, brokers.strict);
      await strict.waitForConsumers(good, 1);
      // Each costs one connection of those that publish and one of those that consume, at most.
      assert.ok(two.accepted <= 2 * (bad.length + 1), `${two.accepted} connections`);
      const attempts = [...logger.warnings, ...logger.debugs].filter((line) =>
        line.includes('while it was being set up: '),
      );
      assert.ok(
        attempts.length > 0 && attempts.every((line) => refused.words.test(line)),
        attempts.join('\n'),
      );
      for (const [index, name] of bad.entries()) {
        const told = logger.errors.filter((line) => line.includes(`'${name}'`) && refused.words.test(line));
        assert.equal(told.length, 1, logger.errors.join('\n'));
        const { ok, error = '' } = (await unwell[index]?.health()) ?? { ok: true };
        assert.ok(!ok && refused.words.test(error), error);
        // An exchange may be anybody's; a queue is of those who consume it.
        if (refused.declaration(name).kind === 'queue') assert.ok(error.includes(`'${name}'`), error);
      }
      if (refused.declaration('').kind === 'queue') assert.equal((await well.health()).ok, true);

      const tolerant = await sideOf(t, brokers.tolerant);
      await one.pass();
      two.refuse();
      two.cut();
      await tolerant.waitForConsumers(good, 1);
      for (const [index, name] of bad.entries()) {
        const isWell = async (): Promise<boolean | undefined> => (await unwell[index]?.health())?.ok;
        await until(isWell, { what: `${name} is well`, limitMs: 15_000 });
        await tolerant.waitForConsumers(name, 1, 10_000);
      }
    });
  });
}

/** A broker, and a message that makes it close the connection of whoever sends it. */
export interface Provoked {
  readonly url: string;
  provoke(): Outgoing;
}

/** What others do on the connection in the very moment of a declaration. */
export function describeInnocence(where: string, start: (owner: Owner) => Promise<Provoked>): void {
  describe(`a connection that ${where} closes because of another publisher (541)`, () => {
    const owner = suiteOwner();
    let broker: Provoked;
    before(async () => {
      broker = await start(owner);
    });

    it('fails no declaration that was under way', async (t) => {
      const log: Log = recordingLog();
      const link = ownLink(t, broker.url, { logger: log });
      await link.openPublishing();
      const sending = link.publish(broker.provoke(), { timeoutMs: 5_000 }).catch(() => {});
      const names = Array.from({ length: 20 }, (_, index) => uniqueName(`innocent ${index}`));
      await Promise.all(
        names.map((name) => link.declare([{ kind: 'queue', name, passive: false, options: {} }])),
      );
      await sending;
      assert.ok(
        log.warnings.some((line) => /541/.test(line)),
        log.warnings.join('\n'),
      );
      assert.deepEqual(log.errors, []);
    });
  });
}
