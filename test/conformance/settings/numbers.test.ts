import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { JsonEncoder, MicroScheduler } from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import { Connection } from 'waybill/channel';
import { HandlersRegistry, MessageConsumerRegistry, RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, type Stage, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Longer than a timer of Node.js can be, which runs at once what is longer. */
const longTimes = { Infinity: Infinity, '30 days': 30 * 86_400_000, '2 ** 31 ms': 2 ** 31 };

/** What a component is started for. */
interface Scene {
  readonly stage: Stage;
  readonly queue: string;
  /** Runs for the one message in the queue. */
  readonly work: () => Promise<void>;
  readonly timeoutMs: number;
}

/** Starts a component of one style; gives how it is ended, within the scene's time. */
type Start = (scene: Scene) => Promise<() => Promise<unknown>>;

const logger = recordingLog();

function newWorker({ stage, queue, work }: Scene): QueueWorker {
  const worker = new QueueWorker({ url: stage.url, logger }, { encoder: new JsonEncoder() });
  worker.route(queue)(work);
  return worker;
}

const styles: Readonly<Record<string, Start>> = {
  'a worker that drains': async (scene) => {
    const worker = newWorker(scene);
    await worker.run();
    return () => worker.drain({ timeoutMs: scene.timeoutMs });
  },
  'a registry that disconnects its consumers': async ({ stage, queue, work, timeoutMs }) => {
    const handlers = new HandlersRegistry({ logger });
    handlers.register('key', Object)(work);
    const factory = new RabbitConsumerFactory({ url: stage.url, logger });
    const consumers = new MessageConsumerRegistry(handlers, factory);
    await consumers.register(queue, 'key_name');
    return () => consumers.disconnectConsumers({ timeoutMs });
  },
  'an app that shuts down': async ({ stage, queue, work, timeoutMs: shutdownTimeoutMs }) => {
    const connections = [new AmqpConnection({ url: stage.url })];
    const app = new App({ shutdownTimeoutMs, logger, connections });
    app.amqp.consume(queue)(work);
    await app.start();
    return () => app.close();
  },
  'a scheduler that ends': async (scene) => {
    const scheduler = new MicroScheduler({ drainTimeoutMs: scene.timeoutMs });
    scheduler.addMicrothread(newWorker(scene));
    const report = scheduler.run({ signals: false, exit: false });
    return async () => {
      scheduler.stop();
      assert.deepEqual(await report, { reason: 'quit', failures: 0, exitCode: 0, drained: true });
    };
  },
};

async function isPending(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await until(() => settled || performance.now() >= end, { what: `${ms} ms have passed` });
  return !settled;
}

describe('numbers of a component', () => {
  const stage = useStage();

  async function queueWithOne(): Promise<string> {
    const queue = uniqueName('long');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    await stage.side.publish('', queue, '{"data":1}', { headers: { key_name: 'key' } });
    return queue;
  }

  for (const [style, start] of Object.entries(styles)) {
    for (const [name, timeoutMs] of Object.entries(longTimes)) {
      it(`S-F2: a time limit of any length lets handlers finish at the end: ${style}, ${name}`, async (t) => {
        const gate = new Gate();
        t.after(() => gate.open());
        const begun: unknown[] = [];
        const work = async (): Promise<void> => {
          begun.push('once');
          await gate.opened;
        };
        const queue = await queueWithOne();
        const end = await start({ stage, queue, work, timeoutMs });
        t.after(() => end());
        await waitForLength(begun, 1);
        const ended = end();
        assert.ok(await isPending(ended, 30), 'it has not waited');
        gate.open();
        await ended;
        assert.deepEqual([begun, await stage.side.depth(queue)], [['once'], 0]);
      });
    }
  }

  it('S-F11: queues with numbers that no broker accepts are refused before anything is declared', async (t: TestContext) => {
    const queue = uniqueName('never');
    const registries = new MessageConsumerRegistry(
      new HandlersRegistry({ logger }),
      new RabbitConsumerFactory({ url: stage.url, logger }),
    );
    t.after(() => registries.disconnectConsumers());
    const worker = new QueueWorker({ url: stage.url, logger });
    for (const value of [Infinity, Number.NaN, -1, 1.5, 2 ** 32, '1000']) {
      const deadLetters = { ttlMs: value as number };
      const refused = (setting: string) => ({
        code: 'CONFIGURATION',
        message: new RegExp(`${setting}.* must be a whole number from 0 to 4,294,967,295 and is`),
      });
      await assert.rejects(registries.register(queue, 'key', { deadLetters }), refused('deadLetters.ttlMs'));
      const options = { arguments: { 'x-message-ttl': value } };
      await assert.rejects(registries.register(queue, 'key', options), refused("'x-message-ttl'"));
      assert.throws(() => worker.route(queue, options), refused(`route '${queue}'.*'x-message-ttl'`));
    }
    assert.equal(await stage.side.look(queue), undefined);
  });

  const nonTimes = [Number.NaN, -1, '1000', null];
  it('H-A14: an invalid time limit for ending is refused with an error before anything is stopped', async (t: TestContext) => {
    const worker = newWorker({ stage, queue: await queueWithOne(), work: async () => {}, timeoutMs: 0 });
    t.after(() => worker.close());
    await worker.run();
    await using connection = await Connection.open({ url: stage.url });
    const channel = await connection.channel();
    for (const value of nonTimes) {
      const timeoutMs = value as number;
      const refused = (owner: string) => ({
        code: 'CONFIGURATION',
        message: new RegExp(
          `^${owner}: \\w+ must be a number of milliseconds from 0 on, or Infinity, and is`,
        ),
      });
      await assert.rejects(worker.drain({ timeoutMs }), refused('QueueWorker.drain'));
      await assert.rejects(channel.close({ timeoutMs }), refused('Channel.close'));
      assert.throws(() => new App({ shutdownTimeoutMs: timeoutMs, logger }), refused('App'));
      assert.throws(() => new MicroScheduler({ drainTimeoutMs: timeoutMs }), refused('MicroScheduler'));
    }
    assert.equal((await worker.health()).ok, true);
    assert.equal(channel.isOpen, true);
  });
});
