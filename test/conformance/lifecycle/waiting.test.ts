import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GenericConsumer, GenericProducer, MessageProcessor } from 'waybill';
import { MessageSender, RabbitConsumerFactory } from 'waybill/registry';
import { QueueProducer, QueueWorker, RpcClient } from 'waybill/workers';
import { Program } from '../../support/child.js';
import { freePort } from '../../support/free-port.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const styles = ['processor', 'two processors of one link', 'queue worker', 'rpc worker', 'registry', 'app'];
const patience = { attempts: 1_000, delayMs: 3_600_000 };

class Desk extends MessageProcessor {}

/** Each is a process of its own, which mostly waits. */
const inParallel = { concurrency: 3 };

describe('a component that waits for its broker', inParallel, () => {
  for (const style of styles)
    it(`H-A7: ends at once at SIGTERM, with exit code 0: ${style}`, async (t) => {
      const env = { WAYBILL_URL: `amqp://127.0.0.1:${await freePort()}` };
      const program = Program.run('test/conformance/lifecycle/programs/waiting.ts', { args: [style], env });
      t.after(() => program.close());
      await program.waitForLine(/attempt 1 of 1000/, 30_000);
      program.signal('SIGTERM');
      // By itself it would wait for an hour; the scheduler would for 30 s.
      assert.deepEqual(await program.waitForEnd(15_000), { code: 0, signal: null }, program.stderr);
      assert.match(program.stdout, /ended with 0: signal/);
      assert.doesNotMatch(program.stderr, /still busy|could not start/);
    });

  const url = async (): Promise<string> => `amqp://127.0.0.1:${await freePort()}`;
  const openings = {
    'GenericProducer.close': async (options: object) => {
      const producer = new GenericProducer(options);
      return { opening: producer.open(), end: () => producer.close() };
    },
    'GenericConsumer.close': async (options: object) => {
      const consumer = new GenericConsumer(options);
      return { opening: consumer.open(), end: () => consumer.close() };
    },
    'MessageProcessor.stop': async (options: object) => {
      const processor = new Desk(options);
      return { opening: processor.start(), end: async () => processor.stop() };
    },
    'MessageProcessor.close': async (options: object) => {
      const processor = new Desk(options);
      return { opening: processor.start(), end: () => processor.close() };
    },
    'QueueWorker.stop': async (options: object) => {
      const worker = new QueueWorker(options);
      worker.route('tasks')(() => {});
      return { opening: worker.run(), end: async () => worker.stop() };
    },
    'QueueProducer.close': async (options: object) => {
      const producer = new QueueProducer(options);
      return { opening: producer.run(), end: () => producer.close() };
    },
    'RpcClient.close': async (options: object) => {
      const client = new RpcClient(options);
      return { opening: client.run(), end: () => client.close() };
    },
    'RabbitConsumer.disconnect': async (options: object) => {
      const consumer = new RabbitConsumerFactory(options).create('key');
      return { opening: consumer.connect(), end: () => consumer.disconnect() };
    },
    'MessageSender.close': async (options: object) => {
      const sender = new MessageSender('key', options);
      return { opening: sender.connect(), end: () => sender.close() };
    },
  };
  for (const [name, open] of Object.entries(openings))
    it(`H-A7: ends its wait though other components on the same link wait on: ${name}`, async (t) => {
      const log = recordingLog();
      const options = { url: await url(), logger: log, firstConnect: patience };
      const other = new GenericProducer(options);
      let hasEnded = false;
      other.open().catch(() => {
        hasEnded = true;
      });
      t.after(() => other.close());
      const { opening, end } = await open(options);
      await waitForLength(log.warnings, 1);
      await Promise.all([assert.rejects(opening, { code: 'CLOSED' }), end()]);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(hasEnded, false, 'the other one has ended, too');
    });
});

describe('a processor that is stopped while it waits, beside another one of the same link', () => {
  const stage = useStage();

  it('H-A7: leaves no consumer behind when the broker is there at last', async (t) => {
    await using proxy = await TcpProxy.forUrl(stage.url);
    proxy.refuse();
    const [stopped, goesOn] = [await stage.place(), await stage.place()];
    const options = {
      url: proxy.urlFor(stage.url),
      logger: recordingLog(),
      firstConnect: { attempts: 1_000, delayMs: 20 },
    };
    const first = new Desk({ ...options, eqks: stopped.eqks });
    const second = new Desk({ ...options, eqks: goesOn.eqks });
    t.after(() => Promise.all([first.close(), second.close()]));
    const starting = [first.start(), second.start()] as const;
    await waitForLength(options.logger.warnings, 1);
    first.stop();
    await assert.rejects(starting[0], { code: 'CLOSED' });
    await proxy.pass();
    await starting[1];
    assert.equal((await stage.side.look(goesOn.queue))?.consumers, 1);
    assert.equal((await stage.side.look(stopped.queue))?.consumers, 0);
  });
});
