// What RabbitMQ has deprecated (RabbitMQ docs, Deprecated Features), on a node that permits none of it any more.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import {
  type ComponentStatus,
  Exchange,
  GenericApplication,
  GenericApplicationExchange,
  GenericProducer,
  MessageProcessor,
  RpcCommand,
} from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import { Connection } from 'waybill/channel';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { QueueProducer, QueueWorker, RpcClient, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../support/broker.js';
import { atLeast, brokerVersion } from '../support/broker-version.js';
import { Program } from '../support/child.js';
import { RabbitNode } from '../support/rabbit-node.js';
import { recordingLog } from '../support/stage/stage.js';
import { until } from '../support/until.js';

/** All that a component of ours could need, and that can be refused on each version from 4.0 on. */
const config = ['transient_nonexcl_queues', 'global_qos']
  .map((feature) => `deprecated_features.permit.${feature} = false`)
  .join('\n');

/** The examples that are programs; those in `testing` are tests. */
const examples = readdirSync('examples').filter((name) => name !== 'testing');

class Failing extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 50 };
  runs = 0;
}
Failing.handle('command', 'fail', function () {
  this.runs++;
  throw new Error('it fails');
});
Failing.handle('command', 'ask', () => 'answered', { category: 'rpc' });

class Asked {
  number = 0;
}

class Asking extends GenericProducer {
  build_rpc_ask() {
    return new RpcCommand<string>('ask');
  }

  build_rpc_status() {
    return new RpcCommand<ComponentStatus>('status');
  }
}
class AskingByOwnQueue extends Asking {
  static override readonly replyQueue = 'per-call';
}

if (atLeast('4.0')) {
  describe(`on RabbitMQ ${brokerVersion()} that permits nothing deprecated`, () => {
    let node: RabbitNode;
    let atFirst: number;
    before(async () => {
      node = await RabbitNode.start({ config });
      atFirst = (await logOf(node)).length;
    });
    after(() => node.close());

    /** The name of a queue, and what a component connects by. */
    const place = () => ({ queue: uniqueName('queue'), url: node.url, logger: recordingLog() });

    async function assertWell(component: { health(): Promise<{ readonly ok: boolean }> }): Promise<void> {
      await until(async () => (await component.health()).ok, { what: 'it is well' });
    }

    for (const name of examples) {
      it(`examples/${name} does its work`, async () => {
        const env = { WAYBILL_URL: node.url };
        await using program = Program.run(`examples/${name}/${name}.ts`, { env });
        const end = await program.waitForEnd(20_000);
        assert.deepEqual(end, { code: 0, signal: null }, program.stderr);
        assert.doesNotMatch(program.stderr, /deprecated|refused/);
      });
    }

    it('a processor takes, tries again, parks and answers', async () => {
      const { queue, ...options } = place();
      await using processor = new Failing({ ...options, eqks: [[Exchange, [[queue, queue]]]] });
      await processor.start();
      await assertWell(processor);
      for (const Producer of [Asking, AskingByOwnQueue]) {
        await using producer = await Producer.connect(options);
        const there = producer.with({ eks: [[Exchange, queue]] });
        assert.equal((await there.rpc_ask()).unwrap(), 'answered');
        await there.command('fail');
      }
      await using connection = await Connection.open(options);
      const channel = await connection.channel();
      await until(async () => (await parked()) === 2, { what: 'both are parked' });
      assert.equal(processor.runs, 4);

      async function parked(): Promise<number> {
        return (await channel.queue.declare(`${queue}.failed`)).messageCount;
      }
    });

    it('an application tells its status', async () => {
      const { queue, ...options } = place();
      const fingerprint = { name: queue, host: 'host', pid: '1' };
      await using application = new GenericApplication({ ...options, fingerprint, groups: ['group'] });
      await application.start();
      await assertWell(application);
      const eks = [[GenericApplicationExchange, `${queue}/rr`]] as const;
      await using producer = await Asking.connect(options);
      assert.ok((await producer.with({ eks }).rpc_status()).ok);
    });

    it('workers do their tasks and answer their calls', async () => {
      const { queue, ...options } = place();
      const done: unknown[] = [];
      await using tasks = new QueueWorker(options);
      tasks.route(queue)((task: unknown) => void done.push(task));
      await using calls = new RpcWorker(options);
      calls.route(`${queue}.calls`)((number: number) => number + 1);
      for (const worker of [tasks, calls]) {
        await worker.run();
        await assertWell(worker);
      }
      await using producer = new QueueProducer(options);
      await producer.publish(queue, 1);
      await until(() => done.length === 1, { what: 'the task is done' });
      await using client = new RpcClient(options);
      assert.equal((await client.call(`${queue}.calls`, 1)).unwrap(), 2);
    });

    it('a registry handles and answers', async () => {
      const { queue, ...options } = place();
      const handlers = new HandlersRegistry();
      handlers.register('double', Asked)(({ number }) => number * 2);
      await using consumers = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory(options));
      await consumers.register(queue, 'task_name', { rpc: 'detail', deadLetters: true });
      await assertWell(consumers);
      await using sender = new MessageSender('task_name', options);
      assert.equal((await sender.call(queue, 'double', { number: 2 })).unwrap(), 4);
    });

    it('an app takes in batches', async () => {
      const { queue, url, logger } = place();
      await using connection = await Connection.open({ url, logger });
      const channel = await connection.channel();
      await channel.queue.declare(queue);
      const taken: unknown[] = [];
      await using app = new App({ logger, connections: [new AmqpConnection({ url })] });
      app.amqp.consume(queue, { bulkSize: 2 })((messages) => void taken.push(...messages));
      await app.start();
      for (const body of ['1', '2']) await channel.publish(body, { routingKey: queue });
      await until(() => taken.length === 2, { what: 'both are taken' });
    });

    // The last one, since it is about all the others.
    it('nothing deprecated was asked for: the log of the broker has no word of it', async () => {
      const lines = (await logOf(node)).slice(atFirst).split('\n');
      assert.deepEqual(
        lines.filter((line) => /deprecated|permitted/i.test(line)),
        [],
      );
    });
  });
} else {
  it(`RabbitMQ ${brokerVersion()} deprecates nothing: it knows no such setting`, async () => {
    await assert.rejects(
      RabbitNode.start({ config }),
      /deprecated_features\.permit\.transient_nonexcl_queues/,
    );
  });
}

/** All that a node has written to its log. */
async function logOf(node: RabbitNode): Promise<string> {
  const answer = await node.ctl('rabbitmqctl', ['--silent', 'eval', 'hd(rabbit:log_locations()).']);
  return await readFile(JSON.parse(answer) as string, 'utf8');
}
