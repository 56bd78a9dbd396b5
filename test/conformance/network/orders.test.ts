// Orders are carried out for who has signed them with a key that speaks for an operator, once, and for nobody else.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import {
  type Eqks,
  GenericProducer,
  type HandlerContext,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  silentLogger,
} from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import type { Network, OpenOptions, Order, OrderArguments, TracedRun } from 'waybill/network';
import { newKey } from '../../../src/identity/index.js';
import { uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { Gate } from '../../support/stage/gate.js';
import { openNetwork, untilKnown } from '../../support/stage/networked.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

describe('orders of an operator', async () => {
  const stage = useStage();
  const folder = await mkdtemp(join(tmpdir(), 'waybill-orders-'));
  const keys = join(folder, 'keys.json');
  after(() => rm(folder, { recursive: true }));
  newKey(keys, { id: 'ops', names: ['operator', 'operator-*'] });
  newKey(keys, { id: 'shop', names: ['Shop'] });
  newKey(join(folder, 'others.json'), { id: 'ops', names: ['operator'] });

  const open = async (t: TestContext, options: OpenOptions = {}): Promise<Network> =>
    await openNetwork(t, stage, { keys, sign: 'ops', as: 'operator-anna', ...options });

  /** A processor that this test only gives orders. */
  const desk = async (t: TestContext, name: string) => {
    const place = await stage.place();
    const gate = new Gate();
    t.after(() => gate.open());
    const seen: number[] = [];
    const ends: unknown[] = [];
    class Desk extends MessageProcessor {
      @MessageHandler('command', 'count')
      count({ parameters: n }: { readonly parameters: number }) {
        seen.push(n);
      }
      @MessageHandler('command', 'wait')
      async wait(_content: unknown, context: HandlerContext) {
        context.signal.addEventListener('abort', () => ends.push(context.signal.reason));
        await gate.opened;
      }
    }
    class Sender extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_count(n: number) {
        return new MessageCommand('count', n);
      }
      build_message_wait() {
        return new MessageCommand('wait', null);
      }
    }
    const options = { fingerprint: { name }, network: { joinAfterMs: 0, keys }, ownConnections: true };
    const { processor, log } = await stage.start(t, Desk, place, options);
    const sender = await stage.connect(t, Sender);
    return { place, gate, seen, ends, sender, log, processor };
  };

  const order = async (network: Network, name: string, what: Order, args: OrderArguments = {}) => {
    const { answers } = await network.order(what, { to: { name }, args });
    return answers[0];
  };

  const stats = async (network: Network, name: string) => {
    const { answers } = await network.ask('stats', { to: { name } });
    return answers[0]?.components[0];
  };

  it('pause, resume and drain it, and say who', async (t) => {
    const { place, seen, sender, log } = await desk(t, 'Paused');
    const network = await open(t);
    await untilKnown(network, 'Paused');
    const answer = await order(network, 'Paused', 'pause', { queue: place.queue });
    assert.equal(answer?.components[0]?.done, `takes no more from ${place.queue}`);
    await sender.message_count(1);
    assert.equal(await stage.side.depth(place.queue), 1);
    const [info] = (await network.ask('info', { to: { name: 'Paused' } })).answers;
    assert.equal(info?.components[0]?.queues[0]?.paused, true);
    await order(network, 'Paused', 'resume');
    await until(() => seen.length === 1, { what: 'it is taken after all' });
    const drained = await order(network, 'Paused', 'drain');
    assert.equal(drained?.components[0]?.done, 'drained: nothing runs');
    assert.ok(log.warnings.some((line) => line.includes(`operator-anna has ordered 'pause' of Paused`)));
  });

  it('cancel the handler of one message, and change how much it takes at once', async (t) => {
    const { gate, ends, seen, sender } = await desk(t, 'Changed');
    const network = await open(t);
    await untilKnown(network, 'Changed');
    await sender.with({ messageId: 'the one' }).message_wait();
    await sender.message_count(1);
    await until(
      async () =>
        (await order(network, 'Changed', 'cancel', { id: 'the one' }))?.components[0]?.done ===
        'its handler is told',
      {
        what: 'it runs',
      },
    );
    assert.match(String(ends[0]), /CancelledError: operator-anna has cancelled it/);
    assert.deepEqual(seen, []);
    await order(network, 'Changed', 'concurrency', { n: 2 });
    await until(() => seen.length === 1, { what: 'the second one runs beside the first' });
    const narrow = await order(network, 'Changed', 'prefetch', { n: 7 });
    assert.equal(narrow?.components[0]?.ok, true);
    gate.open();
    for (let n = 2; n <= 20; n++) await sender.message_count(n);
    await until(() => seen.length === 20, { what: 'all are taken with the other prefetch' });
    const [info] = (await network.ask('info', { to: { name: 'Changed' } })).answers;
    const [queue] = info?.components[0]?.queues ?? [];
    assert.deepEqual([queue?.prefetch, queue?.concurrency], [7, 2]);
  });

  it('have each run of a message told, for a while, without what is in it', async (t) => {
    const { sender } = await desk(t, 'Traced');
    const network = await open(t);
    await untilKnown(network, 'Traced');
    const runs: TracedRun[] = [];
    network.onTraced((run) => runs.push(run));
    const answer = await order(network, 'Traced', 'trace', { message: 'count', forMs: 60_000 });
    assert.equal(answer?.components[0]?.done, 'tells of count for 60 s');
    await sender.with({ messageId: 'followed', headers: { token: 'secret' } }).message_count(7);
    await until(() => runs.length === 1, { what: 'its run is told' });
    const [run] = runs;
    assert.deepEqual([run?.message, run?.messageId, run?.error], ['count', 'followed', undefined]);
    assert.match(run?.from ?? '', /^Sender@/);
    assert.ok(run?.headers.includes('token'));
    assert.ok(!JSON.stringify(runs).includes('secret'));
    const refused = await order(network, 'Traced', 'trace', { message: '', forMs: 60_000 });
    assert.equal(refused?.components[0]?.ok, false);
  });

  it('take nothing from a queue that goes away with its last consumer but by ending it, and lose nothing of it', async (t) => {
    const name = uniqueName('fleeting');
    const gate = new Gate();
    t.after(() => gate.open());
    const seen: number[] = [];
    class Fleeting extends MessageProcessor {
      @MessageHandler('command', 'count')
      async count({ parameters: n }: { readonly parameters: number }) {
        seen.push(n);
        await gate.opened;
      }
    }
    const { exchange } = await stage.place();
    const flags = { autoDelete: true, durable: false, exclusive: true };
    const eqks: Eqks = [[exchange, [[{ name, flags }, name]]]];
    const options = { fingerprint: { name: 'Fleeting' }, network: { joinAfterMs: 0, keys } };
    await stage.start(t, Fleeting, { eqks }, options);
    const network = await open(t);
    await untilKnown(network, 'Fleeting');
    for (let n = 0; n < 200; n++) await stage.side.publish('', name, JSON.stringify(command('count', n)));
    for (const what of ['pause', 'drain'] as const) {
      const answer = await order(network, 'Fleeting', what);
      assert.match(answer?.components[0]?.done ?? '', /auto-delete/);
    }
    for (const n of [1, 50, 3]) await order(network, 'Fleeting', 'prefetch', { n });
    gate.open();
    await until(() => new Set(seen).size === 200, { what: 'all have come', limitMs: 10_000 });
  });

  it('say so where a message runs in a batch, which has one signal for all', async (t) => {
    const { queue } = await stage.place();
    const gate = new Gate();
    t.after(() => gate.open());
    const connection = new AmqpConnection({ url: stage.url, network: { joinAfterMs: 0, keys } });
    const app = new App({ name: 'Batched', connections: [connection], logger: silentLogger });
    const begun: unknown[] = [];
    app.amqp.consume(queue)(async (messages) => {
      begun.push(...messages);
      await gate.opened;
    });
    t.after(async () => {
      gate.open();
      await app.close();
    });
    await app.start();
    const network = await open(t);
    await untilKnown(network, 'Batched');
    await stage.side.publish('', queue, '1', { messageId: 'batched' });
    await until(() => begun.length === 1, { what: 'it runs' });
    const [told] = (await network.ask('inflight', { to: { name: 'Batched' } })).answers;
    assert.equal(told?.components[0]?.runs[0]?.messageId, 'batched');
    const answer = await order(network, 'Batched', 'cancel', { id: 'batched' });
    assert.deepEqual(
      answer?.components.map(({ ok }) => ok),
      [false],
    );
    assert.match(answer?.components[0]?.done ?? '', /in a batch/);
  });

  it('end it in order where no scheduler does: what runs is finished, and it is told that it leaves', async (t) => {
    const { place, gate, ends, sender, log } = await desk(t, 'Quitting');
    const network = await open(t);
    await untilKnown(network, 'Quitting');
    const watching = await network.watch({ everyMs: 1_000 });
    await sender.message_wait();
    await until(async () => (await stats(network, 'Quitting'))?.inflight === 1, { what: 'it runs' });
    assert.equal((await order(network, 'Quitting', 'quit'))?.components[0]?.done, 'ends');
    await stage.side.waitForConsumers(place.queue, 0);
    assert.deepEqual(
      watching.events.filter(({ name }) => name === 'Quitting'),
      [],
    );
    gate.open();
    await until(() => watching.events.some(({ kind, name }) => kind === 'leave' && name === 'Quitting'), {
      what: 'it is told that it leaves',
    });
    assert.deepEqual([await stage.side.depth(place.queue), ends, log.errors], [0, [], []]);
  });

  it('are refused with the reason where they cannot be, and change nothing', async (t) => {
    await desk(t, 'Asked');
    const network = await open(t);
    await untilKnown(network, 'Asked');
    for (const [what, args] of [
      ['pause', { queue: 'nobody' }],
      ['concurrency', { n: 0 }],
      ['concurrency', { n: 'all' }],
      ['prefetch', { n: 65_536 }],
      ['log-level', { level: 'loud', forMs: 1_000 }],
    ] as const) {
      const answer = await order(network, 'Asked', what, args);
      assert.equal(answer?.components[0]?.ok, false, what);
    }
    const [info] = (await network.ask('info', { to: { name: 'Asked' } })).answers;
    const [queue] = info?.components[0]?.queues ?? [];
    assert.deepEqual([queue?.prefetch, queue?.concurrency, queue?.paused], [100, 1, false]);
  });

  it('that nobody has signed, or the wrong one, are counted and not carried out', async (t) => {
    const { log } = await desk(t, 'Guarded');
    const network = await open(t);
    await untilKnown(network, 'Guarded');
    const { side } = stage;
    await side.publish('waybill.control', 'name.Guarded.pause', '{}');
    await side.publish('waybill.control', 'all.quit', '{}', { headers: { 'x-waybill-from': 'operator' } });
    const asShop = await open(t, { sign: 'shop', as: 'Shop' });
    assert.match((await order(asShop, 'Guarded', 'pause'))?.refused ?? '', /no operator/);
    const stranger = await open(t, { keys: join(folder, 'others.json'), as: 'operator' });
    assert.match((await order(stranger, 'Guarded', 'pause'))?.refused ?? '', /altered/);
    const [stats] = (await network.ask('stats', { to: { name: 'Guarded' } })).answers;
    assert.equal(stats?.figures?.refusedOrders, 4);
    assert.equal(stats?.components[0]?.paused.length, 0);
    assert.equal(log.warnings.filter((line) => line.includes('is not carried out')).length, 3);
  });

  it('are carried out once, whatever comes of the same bytes again', async (t) => {
    const { place } = await desk(t, 'Once');
    const network = await open(t);
    await untilKnown(network, 'Once');
    const tap = await stage.side.onChannel(async (channel) => {
      const { queue } = await channel.assertQueue('');
      await channel.bindQueue(queue, 'waybill.control', 'name.Once.pause');
      return queue;
    });
    await order(network, 'Once', 'pause');
    const { content, properties } = await stage.side.waitForMessage(tap);
    await order(network, 'Once', 'resume');
    const { replyTo: _replyTo, ...rest } = properties;
    for (const key of ['name.Once.pause', 'all.pause', 'name.Once.drain'])
      for (const again of [properties, rest])
        await stage.side.publish('waybill.control', key, content, again as object);
    const [stats] = (await network.ask('stats', { to: { name: 'Once' } })).answers;
    assert.equal(stats?.figures?.refusedOrders, 6);
    const [info] = (await network.ask('info', { to: { name: 'Once' } })).answers;
    assert.equal(info?.components[0]?.queues.find(({ queue }) => queue === place.queue)?.paused, false);
  });
});
