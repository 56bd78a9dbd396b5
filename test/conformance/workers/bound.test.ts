// Plain JSON that others publish to an exchange of theirs.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { isWaybillError, JsonEncoder } from 'waybill';
import { QueueWorker, type QueueWorkerOptions, type RouteOptions, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { startQueueWorker } from './start.js';

const plain: QueueWorkerOptions = { encoder: new JsonEncoder(), acceptBare: 'whole', concurrency: 1 };

describe('a route with bindings', () => {
  const stage = useStage();

  /** A topic exchange of somebody else, and who publishes to it. */
  async function exchange() {
    const name = uniqueName('events');
    await stage.side.onChannel((channel) => channel.assertExchange(name, 'topic'));
    const publish = (key: string, body: unknown): Promise<void> =>
      stage.side.publish(name, key, Buffer.from(JSON.stringify(body)), { contentType: 'application/json' });
    return { name, publish };
  }

  async function start(t: TestContext, route: RouteOptions, handler: (data: unknown) => void, options = {}) {
    const queue = uniqueName('mail');
    const all = { ...plain, ...options, route };
    await startQueueWorker(t, stage, queue, handler, all);
    return queue;
  }

  it('N-16: takes what is published by its keys, each once, objects whole', async (t) => {
    const { name, publish } = await exchange();
    const seen: unknown[] = [];
    await start(
      t,
      {
        bindings: [
          [name, 'order.*'],
          [name, 'order.placed'],
        ],
      },
      (data) => void seen.push(data),
    );
    const bodies = [{ id: 1 }, { data: 2 }, { data: 3, id: 3 }, {}, [4], 'five', null];
    await publish('stock.empty', 'not for us');
    for (const body of bodies) await publish('order.placed', body);
    await waitForLength(seen, bodies.length);
    assert.deepEqual(seen, bodies);
  });

  it('N-16: what fails is tried again and parked, as every task', async (t) => {
    const { name, publish } = await exchange();
    const seen: unknown[] = [];
    const fails = (data: unknown): void => {
      seen.push(data);
      throw new Error('no paper');
    };
    const queue = await start(t, { bindings: [[name, '#']] }, fails, { retry: { attempts: 2, delayMs: 10 } });
    await publish('order.placed', { id: 1 });
    await waitForLength(seen, 2);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.deepEqual(seen, [{ id: 1 }, { id: 1 }]);
  });

  it('N-16: an exchange that is not there is a TopologyError of the start', async () => {
    const worker = new QueueWorker({ url: stage.url }, plain);
    worker.route(uniqueName('mail'), { bindings: [[uniqueName('nowhere'), '#']] })(() => {});
    await assert.rejects(worker.run(), (thrown) => isWaybillError(thrown, 'TOPOLOGY_REFUSED'));
  });

  for (const Worker of [QueueWorker, RpcWorker as unknown as typeof QueueWorker])
    for (const bindings of ['events', [['events']], [['events', 1]], [['a', 'b', 'c']], { events: '#' }])
      it(`N-16: ${Worker.name} refuses what are no bindings: ${JSON.stringify(bindings)}`, () => {
        assert.throws(
          () => new Worker({ url: stage.url }).route('mail', { bindings: bindings as never })(() => {}),
          /route 'mail': bindings must be pairs of exchange and routing key/,
        );
      });

  it('N-16: refuses an acceptBare that is misspelt', () => {
    const misspelt = { acceptBare: 'hole' as never };
    assert.throws(() => new QueueWorker({ url: stage.url }, misspelt), /acceptBare must be one of 'whole'/);
  });
});
