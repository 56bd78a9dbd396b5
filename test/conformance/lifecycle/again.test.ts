import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Content,
  GenericApplication,
  GenericProducer,
  MessageProcessor,
  MicroScheduler,
  type MicroThread,
  RpcCommand,
} from 'waybill';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const restartPolicy = { minDelayMs: 5, maxDelayMs: 20 };

class Desk extends MessageProcessor {
  override readonly restartPolicy = restartPolicy;
  readonly seen: unknown[] = [];
}
Desk.handle('command', 'note', function ({ parameters }: Content) {
  this.seen.push(parameters);
});
Desk.handle('command', 'ask', () => 'answer', { category: 'rpc' });

/** Its steps fail when they are told to, as those of a subclass may. */
class Stumbling extends Desk {
  steps = 0;
  fail: () => void = () => {};

  override step(): Promise<void> {
    this.steps++;
    return new Promise((_, reject) => {
      this.fail = () => reject(new Error('it stumbled'));
      this.stopSignal.addEventListener('abort', this.fail, { once: true });
    });
  }
}

class Office extends GenericApplication {
  override readonly restartPolicy = restartPolicy;
}

describe('a component with a restart policy', () => {
  const stage = useStage();

  /** Runs it in a scheduler of its own, which ends with the test, and notes what it told. */
  function run(t: TestContext, thread: MicroThread) {
    const errors: string[] = [];
    const scheduler = new MicroScheduler({ onThreadError: (error) => void errors.push(String(error)) });
    scheduler.addMicrothread(thread);
    const ended = scheduler.run({ signals: false, exit: false });
    t.after(async () => {
      scheduler.stop();
      await ended;
    });
    const stop = async () => {
      scheduler.stop();
      const { exitCode, failures } = await ended;
      return { exitCode, failures };
    };
    return { errors, stop };
  }

  /** A broker that is not there until it is asked to. */
  async function absent(t: TestContext) {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    proxy.refuse();
    return { proxy, options: { url: proxy.urlFor(stage.url), logger: recordingLog() } };
  }

  it('H-A8: processor: starts when its broker can be reached, and takes messages and calls', async (t) => {
    const { proxy, options } = await absent(t);
    const place = await stage.place();
    const desk = new Desk({ ...options, eqks: place.eqks });
    const ups: string[] = [];
    desk.events.on('up', (connection) => void ups.push(connection));
    const { errors, stop } = run(t, desk);
    await waitForLength(errors, 3);
    assert.equal((await desk.health()).ok, false);
    await proxy.pass();
    await until(async () => (await desk.health()).ok, { what: 'it is well' });
    for (const error of errors) assert.match(error, /ConnectError/);
    assert.equal((await stage.side.look(place.queue))?.consumers, 1);
    assert.deepEqual(ups.sort(), ['consuming']);
    await place.command('note', 1);
    assert.equal((await (await place.call('ask')).next()).content.value, 'answer');
    assert.deepEqual(desk.seen, [1]);
    assert.deepEqual(await stop(), { exitCode: 0, failures: 0 });
    assert.equal((await stage.side.look(place.queue))?.consumers, 0);
  });

  it('H-A8: processor: starts when its queue, refused at first, is accepted', async (t) => {
    const { exchange } = await stage.place();
    const queue = uniqueName('refused');
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { durable: true, autoDelete: true }));
    const log = recordingLog();
    const desk = new Desk({ url: stage.url, logger: log, eqks: [[exchange, [[queue, queue]]]] });
    const { errors, stop } = run(t, desk);
    await waitForLength(errors, 2);
    assert.match(String(errors[1]), /TopologyError/);
    await stage.side.onChannel((channel) => channel.deleteQueue(queue));
    await stage.side.waitForConsumers(queue, 1);
    assert.deepEqual(await stop(), { exitCode: 0, failures: 0 });
  });

  it('H-A8: processor: goes on with one consumer after a step has failed', async (t) => {
    const place = await stage.place();
    const desk = new Stumbling({ url: stage.url, logger: recordingLog(), eqks: place.eqks });
    const { errors, stop } = run(t, desk);
    for (const turn of [1, 2]) {
      await until(() => desk.steps === turn, { what: `step ${turn} has begun` });
      await place.command('note', turn);
      await waitForLength(desk.seen, turn);
      desk.fail();
    }
    await until(() => desk.steps === 3, { what: 'the third step has begun' });
    assert.equal(errors.length, 2);
    assert.equal((await stage.side.look(place.queue))?.consumers, 1);
    assert.deepEqual(await stop(), { exitCode: 0, failures: 0 });
    assert.deepEqual(desk.seen, [1, 2]);
  });

  it('H-A8: application: is reached by its keys and its groups when its broker can be reached', async (t) => {
    const { proxy, options } = await absent(t);
    const fingerprint = { name: uniqueName('office'), host: uniqueName('host'), pid: '1' };
    const office = new Office({ ...options, fingerprint, groups: ['g'] });
    const { errors, stop } = run(t, office);
    await waitForLength(errors, 2);
    await proxy.pass();
    await until(async () => (await office.health()).ok, { what: 'it is well' });
    assert.deepEqual(office.groups, ['g']);
    class Asking extends GenericProducer {
      static override readonly eks = [[Office.exchange, `${fingerprint.name}#g/rr`]] as const;
      static override readonly rpcTimeoutMs = 5_000;

      build_rpc_ping() {
        return new RpcCommand<{ name: string }>('ping');
      }
    }
    const producer = await stage.connect(t, Asking);
    assert.equal((await producer.rpc_ping()).unwrap().name, fingerprint.name);
    assert.deepEqual(await stop(), { exitCode: 0, failures: 0 });
  });

  const workers = {
    QueueWorker: (options: object, queue: string) => {
      class Restarting extends QueueWorker {
        override readonly restartPolicy = restartPolicy;
      }
      const worker = new Restarting(options);
      worker.route(queue)(() => {});
      return worker;
    },
    RpcWorker: (options: object, queue: string) => {
      class Restarting extends RpcWorker {
        override readonly restartPolicy = restartPolicy;
      }
      const worker = new Restarting(options);
      worker.route(queue)(() => 1);
      return worker;
    },
  };
  for (const [name, newWorker] of Object.entries(workers))
    it(`H-A8: ${name}: starts when its broker can be reached`, async (t) => {
      const { proxy, options } = await absent(t);
      const queue = uniqueName('tasks');
      const once = { attempts: 1, delayMs: 0 };
      const worker = newWorker({ ...options, firstConnect: once }, queue);
      const { errors, stop } = run(t, worker);
      await waitForLength(errors, 3);
      await proxy.pass();
      await until(async () => (await worker.health()).ok, { what: 'it is well' });
      for (const error of errors) assert.match(error, /ConnectError/);
      await stage.side.waitForConsumers(queue, 1);
      assert.deepEqual(await stop(), { exitCode: 0, failures: 0 });
    });
});
