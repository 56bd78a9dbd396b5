import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { type Content, GenericConsumer, type HandlerContext, JsonEncoder, MessageProcessor } from 'waybill';
import { SseConnection } from 'waybill/app';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, numbers } from '../app/app-stage.js';
import { newChannel } from '../channel/channel-stage.js';
import { newRegistries } from '../registry/registries.js';
import { callerOf } from '../rpc/facilities.js';
import { startQueueWorker, startRpcWorker } from '../workers/start.js';

/** What is entered into the storage, and what each run has found in it when it began and when it went on. */
class Watch {
  readonly begun: unknown[] = [];
  readonly wentOn: unknown[] = [];
  readonly storage = new AsyncLocalStorage<string>();

  /** What the handler of one message does: it looks, enters something of its own, and looks again after a turn. */
  async visit(): Promise<void> {
    this.begun.push(this.storage.getStore());
    const mine = `visit ${this.begun.length}`;
    this.storage.enterWith(mine);
    await new Promise((resolve) => setImmediate(resolve));
    this.wentOn.push(this.storage.getStore() === mine ? 'mine' : this.storage.getStore());
  }

  /** The same without a turn: what follows in the same turn must not see it, either. */
  visitAtOnce(): void {
    this.begun.push(this.storage.getStore());
    this.storage.enterWith(`visit ${this.begun.length}`);
    this.wentOn.push('mine');
  }

  async assertClean(visits: number): Promise<void> {
    await waitForLength(this.wentOn, visits);
    assert.deepEqual(
      this.begun,
      numbers(visits).map(() => undefined),
    );
    assert.deepEqual(
      this.wentOn,
      numbers(visits).map(() => 'mine'),
    );
  }
}

/** A component under watch: how it is started, and how a message is sent to it. */
interface Watched {
  send(part: number): Promise<unknown>;
  start(watch: Watch): Promise<unknown>;
}

const parts = 6;

/** What `fill` writes. */
const encoder = new JsonEncoder();

describe('H-A3: the store that a handler enters in an AsyncLocalStorage', () => {
  const stage = useStage();

  /** Several are sent at once, so that they come in one chunk and wait for each other, and the rest one by one. */
  async function watch({ send, start }: Watched): Promise<void> {
    const watch = new Watch();
    await watch.storage.run('who starts it', () => start(watch));
    const sendAs = (part: number): Promise<unknown> => watch.storage.run(`sender ${part}`, () => send(part));
    const burst = numbers(parts).map(sendAs);
    await Promise.all(burst);
    for (const part of numbers(3)) {
      await waitForLength(watch.wentOn, parts + part);
      await sendAs(parts + part);
    }
    await watch.assertClean(parts + 3);
    assert.equal(watch.storage.getStore(), undefined);
  }

  const ways = { 'a turn later': 'visit', 'at once': 'visitAtOnce' } as const;
  for (const [when, visit] of Object.entries(ways)) {
    for (const concurrency of [1, 4]) {
      it(`is not seen by other messages of a processor, ${concurrency} at once, whose handlers end ${when}`, async (t) => {
        const place = await stage.place();
        class Visited extends MessageProcessor {
          static override readonly concurrency = concurrency;
        }
        await watch({
          send: () => place.command('visit'),
          start: (watch) => {
            Visited.handle('command', 'visit', () => watch[visit]());
            return stage.start(t, Visited, place);
          },
        });
      });
    }

    it(`is not seen by other calls, whose handlers end ${when}; each caller keeps its own store`, async (t) => {
      const place = await stage.place();
      class Visited extends MessageProcessor {}
      const producer = await stage.connect(t, callerOf(place.eks));
      let caller: AsyncLocalStorage<string> | undefined;
      await watch({
        send: async (part) => {
          const result = await producer.rpc_ping();
          assert.equal(result.unwrap(), 'visited');
          assert.equal(caller?.getStore(), `sender ${part}`);
        },
        start: (watch) => {
          caller = watch.storage;
          const answer = async (): Promise<string> => {
            await watch[visit]();
            return 'visited';
          };
          Visited.handle('command', 'ping', answer, { category: 'rpc' });
          return stage.start(t, Visited, place);
        },
      });
    });

    it(`is not seen by other deliveries of a plain consumer, whose callback ends ${when}`, async (t) => {
      const place = await stage.place();
      const consumer = new GenericConsumer({ url: stage.url, eqks: place.eqks });
      t.after(() => consumer.close());
      await watch({
        send: () => place.command('visit'),
        start: async (watch) => {
          await consumer.open();
          await consumer.startConsuming(async (delivery) => {
            await watch[visit]();
            delivery.ack();
          });
        },
      });
    });

    it(`is not seen by other tasks and calls of a worker, which end ${when}`, async (t) => {
      const [tasks, calls] = [await newQueue(stage), uniqueName('calls')];
      await watch({
        send: (part) => fill(stage, tasks, [part]),
        start: (watch) => startQueueWorker(t, stage, tasks, () => watch[visit](), { encoder }),
      });
      await watch({
        send: (part) => fill(stage, calls, [part]),
        start: (watch) => startRpcWorker(t, stage, calls, () => watch[visit](), { encoder }),
      });
    });

    it(`is not seen by other messages of a registry, whose handlers end ${when}`, async (t) => {
      const { handlers, consumers, queue, send } = newRegistries(t, stage);
      class Anything {}
      await watch({
        send: () => send('visit', {}),
        start: (watch) => {
          handlers.register('visit', Anything)(() => watch[visit]());
          return consumers.register(queue, 'task_name');
        },
      });
    });

    it(`is not seen by other batches of an app, which end ${when}, nor by messages of a failed batch that are tried again one by one`, async (t) => {
      const queue = await newQueue(stage);
      await watch({
        send: (part) => fill(stage, queue, [part]),
        start: (watch) => {
          const { app } = newApp(t, stage);
          app.amqp.consume(queue)(() => watch[visit]());
          return app.start();
        },
      });
      const again = new Watch();
      const { app } = newApp(t, stage);
      const failing = await newQueue(stage);
      const options = { bulkSize: 3, flushIntervalMs: 600_000, onException: 'fail' } as const;
      app.amqp.consume(
        failing,
        options,
      )(async () => {
        await again[visit]();
        throw new Error('each of them');
      });
      await app.start();
      await fill(stage, failing, numbers(3));
      await again.assertClean(4);
    });

    it(`is not seen by other messages of a plain channel, whose callback ends ${when}`, async (t) => {
      const queue = await newQueue(stage);
      await watch({
        send: (part) => fill(stage, queue, [part]),
        start: async (watch) => {
          const channel = await newChannel(t, stage);
          return await channel.consume(queue, { noAck: true, onMessage: () => watch[visit]() });
        },
      });
    });
  }

  it('is not seen by other beats of a clock or other batches of an event stream', async (t) => {
    const [beats, events] = [new Watch(), new Watch()];
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const part of numbers(4)) response.write(`data: ${part}\n\n`);
    });
    t.after(() => server.closeAllConnections());
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { app } = newApp(t, stage);
    const { port } = server.address() as AddressInfo;
    app.connections.add(new SseConnection({ url: `http://127.0.0.1:${port}` }));
    app.sse.consume('/events')(() => events.visit());
    app.runEvery(1)(() => beats.visit());
    await beats.storage.run('who starts it', () => events.storage.run('who starts it', () => app.start()));
    await waitForLength(beats.wentOn, 4);
    await events.assertClean(4);
    await app.close();
    await beats.assertClean(beats.begun.length);
  });

  it('is seen by listeners to the signal of the same handler when its deadline aborts it', async (t) => {
    const place = await stage.place();
    const storage = new AsyncLocalStorage<number>();
    const heard: [number, number | undefined][] = [];
    class Listening extends MessageProcessor {
      static override readonly concurrency = 3;
    }
    Listening.handle(
      'command',
      'ping',
      async ({ parameters }: Content<number>, _reply: unknown, context: HandlerContext) => {
        storage.enterWith(parameters);
        const { signal } = context;
        signal.addEventListener('abort', () => heard.push([parameters, storage.getStore()]));
        await until(() => signal.aborted, { what: 'the signal is aborted' });
      },
      { category: 'rpc' },
    );
    await stage.start(t, Listening, place);
    const producer = (await stage.connect(t, callerOf(place.eks))).with({ timeoutMs: 500, maxRetry: 0 });
    await Promise.all(numbers(3).map((part) => producer.rpc('ping', part)));
    await waitForLength(heard, 3);
    assert.deepEqual(heard.sort(), [
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('is still there after what a handler awaits: calls, messages, timers', async (t) => {
    const [place, other] = [await stage.place(), await stage.place()];
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const producer = await stage.connect(t, callerOf(other.eks));
    class Pinged extends MessageProcessor {}
    Pinged.handle('command', 'ping', () => 'Pong', { category: 'rpc' });
    Pinged.handle('command', 'echo', () => {});
    await stage.start(t, Pinged, other);
    class Asking extends MessageProcessor {}
    Asking.handle('command', 'ask', async ({ parameters }: Content<string>) => {
      await storage.run(parameters, async () => {
        await producer.rpc_ping();
        seen.push(storage.getStore());
        await producer.message_echo(1);
        seen.push(storage.getStore());
        const queue = await producer.rpc_queue_ping();
        await queue.collect({ onReply: () => seen.push(storage.getStore()) });
        seen.push(storage.getStore());
      });
    });
    await stage.start(t, Asking, place);
    await place.command('ask', 'a');
    await waitForLength(seen, 4);
    await place.command('ask', 'b');
    await waitForLength(seen, 8);
    assert.deepEqual(seen, ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
  });
});
