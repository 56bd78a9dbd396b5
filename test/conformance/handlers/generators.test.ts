import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericConsumer,
  Handler,
  JsonEncoder,
  MessageFilter,
  MessageHandler,
  MessageProcessor,
  RpcHandler,
} from 'waybill';
import { App } from 'waybill/app';
import { HandlersRegistry } from 'waybill/registry';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { fill, newApp, newQueue } from '../app/app-stage.js';
import { newChannel } from '../channel/channel-stage.js';
import { newRegistries } from '../registry/registries.js';
import { callerOf } from '../rpc/facilities.js';
import { startQueueWorker } from '../workers/start.js';

function* generator(): Generator {
  yield 'never run';
}

async function* asynchronous(): AsyncGenerator {
  yield 'never run';
}

/** What a compiler makes of one for an old target, and what `bind` makes of it: it cannot be seen that it is one. */
const disguised = [generator.bind(undefined), asynchronous.bind(undefined), async () => generator()];

/** As a decorator is called by compilers with `experimentalDecorators`. */
type ByHand = (target: object, key: string, descriptor?: PropertyDescriptor) => void;

const isRefused = { name: 'ConfigurationError', message: /generator function.*plain or an async function/ };

describe('H-A9: a generator as handler', () => {
  const stage = useStage();

  it('is refused where it is declared, in each style', async (t) => {
    class Generating extends MessageProcessor {
      *message() {
        yield 1;
      }

      async *call() {
        yield 1;
      }

      static readonly ByClass = class extends Handler {
        *call() {
          yield 1;
        }
      };
    }
    const { prototype } = Generating;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'message') as PropertyDescriptor;
    const declarations: readonly (() => unknown)[] = [
      () => (MessageHandler('command', 'x') as ByHand)(prototype, 'message'),
      () => (RpcHandler('command', 'x') as ByHand)(prototype, 'call'),
      () => (MessageHandler('command', 'x') as ByHand)(Generating, 'ByClass'),
      () => MessageFilter(generator),
      () => MessageProcessor.handle('command', 'x', generator),
      () => MessageProcessor.handle('command', 'x', asynchronous, { category: 'rpc' }),
      () => new QueueWorker().route('x')(asynchronous),
      () => (new RpcWorker().route('x') as unknown as ByHand)(prototype, 'message', descriptor),
      () => new HandlersRegistry().register('x', class {})(asynchronous),
      () => new App().amqp.consume('x')(generator),
      () => new App().http.get('/x')(generator),
      () => new App().sse.consume('/x')(asynchronous),
      () => new App().runEvery(1_000)(generator),
      () => new App().runOnStartup(asynchronous),
    ];
    for (const declare of declarations) assert.throws(declare, isRefused, declare.toString());
    const consumer = new GenericConsumer({ url: stage.url });
    t.after(() => consumer.close());
    await assert.rejects(consumer.startConsuming(generator as never), isRefused);
    const channel = await newChannel(t, stage);
    await assert.rejects(channel.consume('x', { onMessage: asynchronous }), isRefused);
  });

  it('fails its message, which is not acked, where it was not recognised when it was declared', async (t) => {
    for (const handler of disguised) {
      const place = await stage.place();
      class Generating extends MessageProcessor {}
      Generating.handle('command', 'x', handler);
      Generating.handle('command', 'x', handler, { category: 'rpc' });
      const { log } = await stage.start(t, Generating, place);
      await place.command('x');
      const producer = await stage.connect(t, callerOf(place.eks));
      const result = await producer.rpc('x');
      assert.equal(result.type, 'exception');
      assert.match(result.message, /generator/);
      await waitForLength(log.errors, 2);
      assert.match(log.errors[0] ?? '', /returned a generator, so nothing has run/);
      assert.equal((await place.fates()).rejected, 2);
    }
  });

  it('fails its message also as a filter', async (t) => {
    const place = await stage.place();
    const seen: unknown[] = [];
    class Filtered extends MessageProcessor {}
    const filters = [{ filter: generator.bind(undefined), args: [] }];
    Filtered.handle('command', 'x', (content: Content) => seen.push(content), { filters });
    const { log } = await stage.start(t, Filtered, place);
    await place.command('x');
    await waitForLength(log.errors, 1);
    assert.deepEqual(seen, []);
  });

  it('fails its message in the other styles, too', async (t) => {
    const [handler = generator] = disguised;
    const tasks = await newQueue(stage);
    const worker = await startQueueWorker(t, stage, tasks, handler, { encoder: new JsonEncoder() });
    await fill(stage, tasks, [1]);
    await waitForLength(worker.log.errors, 1);
    const { handlers, consumers, queue, send, log } = newRegistries(t, stage);
    handlers.register('do', class {})(handler);
    await consumers.register(queue, 'task_name');
    await send('do', {});
    await waitForLength(log.errors, 1);
    const staged = newApp(t, stage);
    const batches = await newQueue(stage);
    staged.app.amqp.consume(batches, { onException: 'fail' })(handler);
    staged.app.runEvery(600_000)(handler);
    await staged.app.start();
    await fill(stage, batches, [1]);
    await waitForLength(staged.log.errors, 2);
    for (const error of [...worker.log.errors, ...log.errors, ...staged.log.errors])
      assert.match(error, /returned a generator, so nothing has run/);
  });
});
