import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type DeliveryContext, QueueWorker, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { packed, RawCaller } from './wire.js';

describe('route() of a worker', () => {
  const stage = useStage();

  function newWorker(t: TestContext): QueueWorker {
    const worker = new QueueWorker({ url: stage.url, logger: recordingLog() });
    t.after(() => worker.close());
    return worker;
  }

  const send = (queue: string, data: unknown): Promise<void> =>
    stage.side.publish('', queue, packed({ data }));

  it('gives back the function it is called with, which can still be called', async (t) => {
    const worker = newWorker(t);
    const double = (data: number): number => data * 2;
    const same: (data: number) => number = worker.route('queue')(double);
    assert.equal(same, double);
    assert.equal(same(2), 4);
  });

  it('AW-C23: refuses what is no function, as all styles do', (t) => {
    const worker = newWorker(t);
    for (const nothing of [undefined, null, 'handler', {}]) {
      assert.throws(() => worker.route('queue')(nothing as never), {
        name: 'ArgumentTypeError',
        code: 'CONFIGURATION',
      });
    }
  });

  it('decorates static methods: they are handlers at once, with their class as this', async (t) => {
    const worker = newWorker(t);
    const queue = uniqueName('tasks');
    class Images {
      static readonly seen: unknown[] = [];

      @worker.route(queue)
      static async resize(path: string) {
        Images.seen.push([this === Images, path]);
      }
    }
    await worker.run();
    await send(queue, 'a.png');
    await waitForLength(Images.seen, 1);
    assert.deepEqual(Images.seen, [[true, 'a.png']]);
  });

  it('decorates methods: they are handlers of the instance that is given to use()', async (t) => {
    const worker = newWorker(t);
    const queue = uniqueName('tasks');
    class Images {
      readonly seen: unknown[] = [];
      readonly #folder: string;

      constructor(folder: string) {
        this.#folder = folder;
      }

      @worker.route(queue)
      resize(path: string, context: DeliveryContext) {
        this.seen.push([this.#folder, path, context.queue, context.redelivered, context.attempt]);
      }
    }
    const other = new Images('other');
    const images = new Images('img');
    worker.use(images);
    await worker.run();
    await send(queue, 'a.png');
    await waitForLength(images.seen, 1);
    assert.deepEqual(images.seen, [['img', 'a.png', queue, false, 1]]);
    assert.deepEqual(other.seen, []);
  });

  it('runs what a subclass has made of a decorated method, and its parents first', async (t) => {
    const worker = newWorker(t);
    const [one, two] = [uniqueName('tasks'), uniqueName('tasks')];
    const seen: unknown[] = [];
    class Parent {
      @worker.route(one)
      first(data: unknown) {
        seen.push(['parent', data]);
      }
    }
    class Child extends Parent {
      override first(data: unknown) {
        seen.push(['child', data]);
      }

      @worker.route(two)
      second(data: unknown) {
        seen.push(['second', data]);
      }
    }
    worker.use(new Child());
    await worker.run();
    await send(one, 1);
    await send(two, 2);
    await waitForLength(seen, 2);
    assert.deepEqual(seen.sort(), [
      ['child', 1],
      ['second', 2],
    ]);
  });

  it('keeps a worker from running when no instance was given for its decorated methods', async (t) => {
    const worker = newWorker(t);
    class Images {
      @worker.route(uniqueName('tasks'))
      resize() {}
    }
    await assert.rejects(worker.run(), { code: 'CONFIGURATION', message: /Method 'resize' .* worker\.use/ });
    worker.use(new Images());
    await worker.run();
  });

  it('does not register methods of another worker by use()', (t) => {
    const [worker, other] = [newWorker(t), newWorker(t)];
    class Images {
      @other.route('tasks')
      resize() {}
    }
    assert.throws(() => worker.use(new Images()), { code: 'CONFIGURATION', message: /Images has no method/ });
    other.use(new Images());
    assert.throws(() => other.use(new Images()), { code: 'CONFIGURATION', message: /has a handler already/ });
  });

  it('decorates methods of an RPC worker, several of one class', async (t) => {
    const worker = new RpcWorker({ url: stage.url, logger: recordingLog() });
    t.after(() => worker.close());
    const [sum, fail] = [uniqueName('sum'), uniqueName('fail')];
    class Sums {
      @worker.route(sum)
      add([a, b]: [number, number]) {
        return a + b;
      }

      @worker.route(fail, { concurrency: 1 })
      async fail(): Promise<never> {
        throw new Error('no');
      }
    }
    worker.use(new Sums());
    await worker.run();
    const caller = await RawCaller.declare(stage.side);
    assert.deepEqual((await caller.call(sum, packed({ data: [1, 2] }))).body, { success: true, data: 3 });
    const { body } = await caller.call(fail, packed({ data: 1 }));
    assert.equal((body as { readonly success: boolean }).success, false);
  });
});
