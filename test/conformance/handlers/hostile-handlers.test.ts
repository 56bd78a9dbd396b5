import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Content,
  GenericApplication,
  JsonEncoder,
  type Logger,
  MessageProcessor,
  type Reply,
} from 'waybill';
import { RpcClient } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { hostileErrors } from '../../support/hostile-errors.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { fill, newApp, newQueue } from '../app/app-stage.js';
import { newChannel } from '../channel/channel-stage.js';
import { newRegistries } from '../registry/registries.js';
import { callerOf } from '../rpc/facilities.js';
import { startQueueWorker, startRpcWorker } from '../workers/start.js';

const encoder = new JsonEncoder();

/** A logger all of whose lines are too much for it. */
function brokenLogger(): Logger {
  const broken = (): never => {
    throw new Error('write after end');
  };
  return { debug: broken, info: broken, warn: broken, error: broken };
}

// What ends the process ends the run of this file, too: so each test also shows that nothing has.
describe('H-A11: whatever a handler throws, returns or replies', () => {
  const stage = useStage();
  const errors = Object.entries(hostileErrors());
  const hostileError = (index: number): unknown => errors[index]?.[1];

  class Hostile extends MessageProcessor {
    readonly seen: unknown[] = [];
  }
  Hostile.handle('command', 'throw', ({ parameters }: Content<number>) => {
    throw hostileError(parameters);
  });
  Hostile.handle('command', 'reject', async ({ parameters }: Content<number>) => {
    throw hostileError(parameters);
  });
  Hostile.handle('command', 'note', function ({ parameters }: Content) {
    this.seen.push(parameters);
  });
  const throwing = ({ parameters }: Content<number>): never => {
    throw hostileError(parameters);
  };
  Hostile.handle('command', 'throw', throwing, { category: 'rpc' });
  const answers: Readonly<Record<string, (reply: Reply) => unknown>> = {
    'a promise in reply()': (reply) => reply(Promise.reject(new Error('later'))),
    'a promise inside what is replied': (reply) => reply({ all: [Promise.resolve(1)] }),
    'a bigint from a callback': async (reply) => {
      await new Promise<void>((resolve) => {
        setImmediate(() => {
          reply(1n);
          resolve();
        });
      });
    },
    'a then that throws': () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw new RangeError('no then');
        },
      }),
    'a then that rejects twice': () => {
      const run = (_resolve: unknown, reject: (why: unknown) => void): void => {
        reject(new RangeError('once'));
        throw new RangeError('twice');
      };
      return Object.fromEntries([['then', run]]);
    },
    'a symbol': () => Symbol('x'),
    'a circle': () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      return circle;
    },
    'a getter that throws': () => ({
      get edge() {
        throw new RangeError('sharp');
      },
    }),
    'a toJSON that throws': () => ({
      toJSON() {
        throw new RangeError('no JSON');
      },
    }),
  };
  for (const [what, answer] of Object.entries(answers))
    Hostile.handle('command', what, (_content: Content, reply: Reply) => answer(reply), { category: 'rpc' });

  for (const logger of [undefined, brokenLogger()]) {
    const by = logger ? ', and the logger throws' : '';
    it(`fails its own message only, and the next one is handled${by}`, async (t) => {
      const place = await stage.place();
      const { processor } = await stage.start(t, Hostile, place, logger && { logger });
      for (const index of errors.keys()) {
        await place.command('throw', index);
        await place.command('reject', index);
        await place.command('note', index);
      }
      await waitForLength(processor.seen, errors.length);
      await processor.drain();
      assert.deepEqual(processor.seen, [...errors.keys()]);
      assert.deepEqual(await place.fates(), { kept: 0, rejected: 2 * errors.length });
    });

    it(`gives the caller an error${by}`, async (t) => {
      const place = await stage.place();
      await stage.start(t, Hostile, place, logger && { logger });
      const producer = await stage.connect(t, callerOf(place.eks));
      for (const [index, [what]] of errors.entries()) {
        const result = await producer.rpc('throw', index);
        assert.equal(result.type, 'exception', what);
      }
      for (const what of Object.keys(answers)) {
        const result = await producer.rpc(what);
        assert.equal(result.type, 'exception', `${what}: ${JSON.stringify(result.body.content)}`);
      }
    });
  }

  it('gives the caller an error at once for an answer that cannot be encoded', async (t) => {
    class Broken extends JsonEncoder {
      override encode(): never {
        throw new Error('no words');
      }
    }
    class Wordless extends MessageProcessor {
      static override readonly encoder = new Broken();
    }
    Wordless.handle('command', 'ping', () => 'Pong', { category: 'rpc' });
    const place = await stage.place();
    await stage.start(t, Wordless, place);
    const producer = await stage.connect(t, callerOf(place.eks));
    const result = await producer.rpc_ping();
    assert.match(result.message, /^Malformed reply/);
  });

  it('fails only its own task, call of a worker, message of a registry or batch, and the next ones are handled', async (t) => {
    const seen: unknown[] = [];
    const handle = async (given: unknown): Promise<string> => {
      const index = given as number;
      if (index < errors.length) throw hostileError(index);
      seen.push(index);
      return 'done';
    };
    const all = [...errors.keys(), errors.length];
    const tasks = await newQueue(stage);
    await startQueueWorker(t, stage, tasks, handle, { encoder });
    await fill(stage, tasks, all);
    await waitForLength(seen, 1);
    await startCalls(t, handle, all);
    const { handlers, consumers, queue, send } = newRegistries(t, stage);
    class Given {
      index = 0;
    }
    handlers.register('do', Given)(({ index }) => handle(index));
    await consumers.register(queue, 'task_name');
    for (const index of all) await send('do', { index });
    await waitForLength(seen, 3);
    const { app } = newApp(t, stage);
    const batches = await newQueue(stage);
    app.amqp.consume<number>(batches, { onException: 'fail', concurrency: 1 })(([message]) =>
      handle(message?.body),
    );
    await app.start();
    await fill(stage, batches, all);
    await waitForLength(seen, 4);
  });

  async function startCalls(
    t: TestContext,
    handle: (given: unknown) => Promise<string>,
    all: readonly number[],
  ): Promise<void> {
    const calls = uniqueName('calls');
    await startRpcWorker(t, stage, calls, handle, { encoder });
    const client = new RpcClient({ url: stage.url }, { encoder });
    t.after(() => client.close());
    const results = await Promise.all(all.map((index) => client.call(calls, index)));
    assert.deepEqual(
      results.map(({ ok }) => ok),
      all.map((index) => index === errors.length),
    );
  }

  it('does no harm when a callback of a plain channel throws it', async (t) => {
    const channel = await newChannel(t, stage);
    const queue = await newQueue(stage);
    const called: number[] = [];
    const consumer = await channel.consume(queue, {
      noAck: true,
      onMessage: () => {
        throw hostileError(called.push(0) - 1);
      },
    });
    await fill(stage, queue, [...errors.keys()]);
    await waitForLength(called, errors.length);
    await consumer.cancel();
  });

  it('does no harm when a callback of addTimeout throws it, or a logging producer rejects with it', async (t) => {
    class Group extends GenericApplication {
      static override readonly loggingProducer = {
        log: async () => {
          throw hostileError(0);
        },
      };
    }
    const { processor, log } = await stage.start(
      t,
      Group,
      { eqks: [] },
      { fingerprint: { name: uniqueName('app') } },
    );
    for (const [, thrown] of errors) {
      processor.addTimeout(1, () => {
        throw thrown;
      });
      processor.addTimeout(1, (async () => {
        throw thrown;
      }) as () => void);
    }
    await processor.joinGroup('g');
    await processor.leaveGroup('g');
    await waitForLength(log.errors, 2 * errors.length);
    assert.deepEqual(processor.groups, []);
  });

  it('ends the component when restart() throws it, and the process decides', async (t) => {
    const place = await stage.place();
    class Restarting extends MessageProcessor {
      override restart(): never {
        throw hostileError(1);
      }
    }
    const { processor, log } = await stage.start(t, Restarting, place);
    await place.command('restart');
    await assert.rejects(processor.step(), { code: 'EXIT_SCHEDULER' });
    assert.match(log.errors.join(), /Restarting could not restart/);
  });
});
