// What there is once in a process is there once for all copies of the package.
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import * as own from 'waybill';
import { Connection, type Message } from 'waybill/channel';
import { SecondCopy } from '../../support/second-copy.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { newQueue } from '../app/app-stage.js';

describe('H-A5: of two copies of the package in a process', () => {
  const stage = useStage();
  const copy = new SecondCopy();
  let other: typeof own;

  before(async () => {
    other = await copy.load<typeof own>('index.ts');
  });
  after(() => copy[Symbol.dispose]());

  /** A component of our copy, and a way to it for both. */
  async function given(t: TestContext, Server: typeof own.MessageProcessor) {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Server, place);
    class Ours extends own.GenericProducer {
      static override readonly eks = place.eks;
    }
    class Theirs extends other.GenericProducer {
      static override readonly eks = place.eks;
    }
    const ours = await stage.connect(t, Ours);
    const theirs = await Theirs.connect({ url: stage.url });
    t.after(() => theirs.close());
    return { place, processor, log, ours, theirs };
  }

  /** A server whose handler `front` does what it is told, by a producer that it gets later; `back` tells what it sees. */
  function chain() {
    const seen: own.DeliveryContext[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let work: () => unknown = () => undefined;
    class Chain extends own.MessageProcessor {
      static override readonly concurrency = 5;
    }
    Chain.handle('command', 'front', () => work(), { category: 'rpc' });
    Chain.handle(
      'command',
      'back',
      (_data: unknown, _reply: unknown, context: own.DeliveryContext) => {
        seen.push(context);
        return 'seen';
      },
      { category: 'rpc' },
    );
    Chain.handle(
      'command',
      'hang',
      async (_data: unknown, _reply: unknown, context: own.DeliveryContext) => {
        seen.push(context);
        await held;
      },
      { category: 'rpc' },
    );
    Chain.handle(
      'command',
      'fail',
      () => {
        throw new RangeError('not so many');
      },
      { category: 'rpc' },
    );
    const doing = (what: () => unknown): void => {
      work = what;
    };
    return { Chain, seen, release, doing };
  }

  it('one middleware of the process stands around the messages of both', async (t) => {
    const { Chain } = chain();
    const { ours, theirs } = await given(t, Chain);
    const seen: string[] = [];
    const leave = other.useMiddleware({
      receive: (next) => (message) => {
        seen.push(`in ${message.name}`);
        return next(message);
      },
      send: (next) => (message) => {
        seen.push(`out ${message.name}`);
        return next(message);
      },
    });
    t.after(leave);
    await ours.rpc('back');
    assert.deepEqual(seen.splice(0), ['out back', 'in back']);
    await theirs.rpc('back');
    assert.deepEqual(seen.splice(0), ['out back', 'in back']);
    leave();
    await ours.rpc('back');
    assert.deepEqual(seen, []);
  });

  it('what a handler calls by either has the time of its own call, and is cancelled with it', async (t) => {
    const { Chain, seen, release, doing } = chain();
    t.after(() => release());
    const { ours, theirs } = await given(t, Chain);
    doing(() => theirs.rpc('back').then((result) => result.unwrap()));
    assert.equal((await ours.with({ timeoutMs: 20_000, maxRetry: 0 }).rpc('front')).unwrap(), 'seen');
    const { remainingMs = Number.POSITIVE_INFINITY } = seen[0] as own.DeliveryContext;
    assert.ok(remainingMs <= 20_000, `${remainingMs} ms`);
    doing(() => theirs.rpc('hang'));
    const call = ours.rpc('front');
    await waitForLength(seen, 2);
    call.cancel('enough');
    await until(() => seen[1]?.signal.aborted, { what: 'the second call is cancelled' });
    await call;
  });

  it('either steps out of a handler of the other', async (t) => {
    const { Chain, seen, doing } = chain();
    const { ours, theirs } = await given(t, Chain);
    doing(() => other.detached(() => ours.with({ timeoutMs: 90_000 }).rpc('back')).then(() => 'done'));
    await ours.with({ timeoutMs: 20_000, maxRetry: 0 }).rpc('front');
    doing(() => own.detached(() => theirs.with({ timeoutMs: 90_000 }).rpc('back')).then(() => 'done'));
    await ours.with({ timeoutMs: 20_000, maxRetry: 0 }).rpc('front');
    assert.ok(seen.every(({ remainingMs }) => (remainingMs ?? 0) > 30_000));
    assert.equal(seen.length, 2);
  });

  it('an error that passes both keeps its class, its words and its hops', async (t) => {
    const { Chain, doing } = chain();
    const { ours, theirs } = await given(t, Chain);
    doing(async () => (await theirs.rpc('fail')).unwrap());
    const failed = await ours.rpc('front');
    assert.deepEqual([failed.value, failed.message], ['RangeError', 'not so many']);
    const hops = own.hopsOf(failed.error).map(({ component }) => component);
    assert.deepEqual(hops, ['Chain', 'Chain']);
    assert.deepEqual(other.hopsOf(failed.error), own.hopsOf(failed.error));
  });

  it('an error of a class that one has registered is thrown on whole by the other', async (t) => {
    class NoSuchOrder extends Error {
      readonly order: number;
      constructor(order = 0) {
        super(`no order ${order}`);
        this.order = order;
      }
    }
    other.registerError(NoSuchOrder, { fields: ['order'] });
    class Failing extends own.MessageProcessor {
      static override readonly concurrency = 2;
    }
    Failing.handle('command', 'find', () => Promise.reject(new NoSuchOrder(7)), { category: 'rpc' });
    let pass = (): unknown => undefined;
    Failing.handle('command', 'pass', () => pass(), { category: 'rpc' });
    const { ours, theirs } = await given(t, Failing);
    pass = async () => {
      const { error } = await theirs.rpc('find');
      throw error;
    };
    const thrown = await ours
      .rpc('pass')
      .then((result) => result.unwrap())
      .catch((error: unknown) => error);
    assert.ok(thrown instanceof NoSuchOrder, String(thrown));
    assert.equal(thrown.order, 7);
    assert.equal(own.hopsOf(thrown).length, 2);
  });

  it('a fingerprint of one names a component of the other', async (t) => {
    const place = await stage.place();
    class Ours extends own.GenericProducer {
      static override readonly eks = place.eks;
    }
    const fingerprint = new other.Fingerprint({ name: 'the sender', type: 'of a test' });
    const producer = await stage.connect(t, Ours, { fingerprint });
    await producer.command('note');
    const { fingerprint: told } = JSON.parse(
      (await stage.side.waitForMessage(place.queue)).content.toString(),
    );
    assert.deepEqual([told.name, told.type, told.pid], ['the sender', 'of a test', String(process.pid)]);
  });

  it('a scheduler of one runs components of the other, which it rejects messages for and ends with', async () => {
    const place = await stage.place();
    class Steering extends own.MessageProcessor {}
    Steering.handle('command', 'refuse', () => {
      throw new other.RejectMessage();
    });
    Steering.handle('command', 'end', () => {
      throw new other.ExitScheduler();
    });
    const scheduler = new other.MicroScheduler();
    scheduler.addMicrothread(new Steering({ url: stage.url, eqks: place.eqks }) as never);
    await place.command('refuse');
    await place.command('end');
    const rounds = scheduler.main();
    while (!(await rounds.next()).done);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
  });

  it('a message for a channel of one may be made by the other', async (t) => {
    const theirs = await copy.load<typeof import('waybill/channel')>('channel/index.ts');
    const queue = await newQueue(stage);
    const connection = await Connection.open({ url: stage.url });
    t.after(() => connection.close());
    const channel = await connection.channel();
    const message = new theirs.Message('höre', { type: 'letter' }) as unknown as Message;
    await channel.publish(message, { routingKey: queue });
    const got = await channel.get(queue, { noAck: true });
    assert.deepEqual([got?.body, got?.properties.type], ['höre', 'letter']);
  });

  it('figures are of all components, whichever copy is asked', async (t) => {
    const theirs = await copy.load<typeof import('waybill/telemetry')>('telemetry/door.ts');
    const figures = theirs.collectFigures();
    const { Chain } = chain();
    const { ours, place, processor } = await given(t, Chain);
    await ours.rpc('back');
    await processor.drain();
    assert.match(
      figures.text(),
      new RegExp(`messaging_client_consumed_messages_total\\{[^}]*${place.queue}[^}]*\\} 1\\b`),
    );
    assert.deepEqual(await place.fates(), allAcked);
  });
});
