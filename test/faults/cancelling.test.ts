// Calls that are given up while connections are cut, callers that are killed, and a chain whose time is over.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Content,
  Exchange,
  GenericProducer,
  type HandlerContext,
  isWaybillError,
  MessageProcessor,
  type Reply,
  RpcCommand,
  RpcHandler,
  silentLogger,
} from 'waybill';
import { ServedCalls } from '../../src/rpc/served-calls.js';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { watchSettledTwice } from './settled-twice.js';
import { sized } from './sizes.js';

/** Runs until its signal is aborted or a long time has passed, and notes when and why. */
class Desk extends MessageProcessor {
  static override readonly concurrency = 20;
  static override readonly prefetch = 100;
  readonly begun = new Map<string, number>();
  readonly heard = new Map<string, { readonly at: number; readonly reason: unknown }>();
  readonly ended: string[] = [];

  @RpcHandler('command', 'work')
  async work({ parameters }: Content, _reply: Reply, { signal, messageId = '' }: HandlerContext) {
    this.begun.set(messageId, performance.now());
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        this.heard.set(messageId, { at: performance.now(), reason: signal.reason });
        resolve();
      });
    });
    await Promise.race([aborted, sleep(Number(parameters))]);
    this.ended.push(messageId);
    return 'done';
  }
}

class Caller extends GenericProducer {
  build_rpc_work(ms: number) {
    return new RpcCommand<string>('work', ms);
  }
}

describe('giving up calls', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  async function serve(t: TestContext, url: string) {
    const queue = uniqueName('desk');
    const desk = new Desk({
      url,
      logger: silentLogger,
      heartbeatSeconds: 1,
      eqks: [[Exchange, [[queue, queue]]]],
    });
    t.after(() => desk.close());
    await desk.start();
    return { queue, desk };
  }

  async function callerOf(t: TestContext, url: string, queue: string) {
    const caller = await Caller.connect({ url, logger: silentLogger, heartbeatSeconds: 1 });
    t.after(() => caller.close());
    return caller.with({ eks: [[Exchange, queue]] });
  }

  const queuesAtBroker = async (): Promise<string[]> => {
    const list = await broker.node.ctl('rabbitmqctl', ['-q', 'list_queues', '--no-table-headers', 'name']);
    return list
      .split('\n')
      .filter((each) => each !== '')
      .sort();
  };

  it('1,000 of them at random moments, under cuts: none begins after its cancel has come, those that run hear it, each settles once', async (t) => {
    const total = sized(1_000, 300);
    extendLimit(t, 240_000);
    const chance = Chance.for(t);
    const settledTwice = await watchSettledTwice(t);
    const arrived = new Map<string, number>();
    const cancel = ServedCalls.prototype.cancel;
    t.mock.method(
      ServedCalls.prototype,
      'cancel',
      function (this: ServedCalls, ...told: Parameters<typeof cancel>) {
        arrived.set(told[0], performance.now());
        cancel.apply(this, told);
      },
    );
    const before = await queuesAtBroker();
    const { queue, desk } = await serve(t, broker.url);
    const caller = await callerOf(t, broker.url, queue);
    const codes: unknown[] = [];
    const latencies: number[] = [];
    let wanted = 0;
    const one = async (): Promise<void> => {
      // A third is let alone, and is short; the others would run for half a minute.
      const isWanted = chance.next() < 0.3;
      if (isWanted) wanted++;
      const call = caller.rpc_work(isWanted ? chance.between(0, 20) : 30_000);
      await sleep(chance.between(0, 60));
      if (!isWanted) call.cancel(new Error('at random'));
      const { ok, error } = await call;
      codes.push(ok ? 'ok' : error.code);
    };
    let isOver = false;
    const cutting = (async () => {
      for (let cuts = 0; cuts < sized(5, 2) && !isOver; cuts++) {
        await sleep(chance.between(500, 1_500));
        if (!isOver) await broker.cut.strike();
      }
    })();
    const lanes = Array.from({ length: 30 }, async () => {
      while (codes.length < total) await one();
    });
    await Promise.all(lanes);
    isOver = true;
    await cutting;
    await until(() => desk.begun.size <= new Set(desk.ended).size, {
      what: 'all that has begun has ended',
      limitMs: 40_000,
    });
    for (const [id, { at, reason }] of desk.heard) {
      const came = arrived.get(id);
      assert.ok(isWaybillError(reason), String(reason));
      if (came !== undefined) latencies.push(at - came);
    }
    const lateBegins = [...desk.begun].filter(
      ([id, at]) => at > (arrived.get(id) ?? Number.POSITIVE_INFINITY),
    );
    const deaf = [...desk.begun.keys()].filter(
      (id) => arrived.has(id) && !desk.heard.has(id) && !desk.ended.includes(id),
    );
    t.diagnostic(
      `${codes.length} calls, ${wanted} of them wanted; ${counted(codes)}; ${arrived.size} cancels came, ${desk.heard.size} handlers heard one`,
    );
    t.diagnostic(
      `${lateBegins.length} began after their cancel, ${deaf.length} did not hear it; from coming to hearing at most ${Math.max(0, ...latencies).toFixed(1)} ms`,
    );
    assert.deepEqual([lateBegins, deaf, settledTwice], [[], [], []]);
    assert.ok(desk.heard.size > 0);
    await caller.close();
    await desk.close();
    await (await broker.side()).onChannel((channel) => channel.deleteQueue(queue));
    await until(async () => (await queuesAtBroker()).length === before.length, {
      what: 'no queue is left',
      limitMs: 20_000,
    });
  });

  it('is heard by the handler at once where nothing is wrong', async (t) => {
    const { queue, desk } = await serve(t, broker.node.url);
    const caller = await callerOf(t, broker.node.url, queue);
    const took: number[] = [];
    for (let n = 0; n < sized(200, 40); n++) {
      const call = caller.rpc_work(30_000);
      await until(() => desk.begun.size === n + 1, { what: 'it runs', everyMs: 1 });
      const at = performance.now();
      call.cancel();
      await until(() => desk.heard.size === n + 1, { what: 'it is heard', everyMs: 1 });
      took.push(([...desk.heard.values()].at(-1)?.at ?? Number.NaN) - at);
      assert.equal((await call).error?.code, 'CANCELLED');
    }
    took.sort((a, b) => a - b);
    t.diagnostic(
      `from cancel() to the handler's signal: median ${took[took.length >> 1]?.toFixed(1)} ms, at most ${took.at(-1)?.toFixed(1)} ms`,
    );
  });

  it('callers that are killed are missed by those who run their calls', async (t) => {
    extendLimit(t, 240_000);
    const total = sized(50, 6);
    const { queue, desk } = await serve(t, broker.node.url);
    const took: number[] = [];
    for (let done = 0; done < total; ) {
      const group = Math.min(10, total - done);
      const programs = Array.from({ length: group }, (_, n) =>
        Program.run('test/faults/programs/caller.ts', {
          args: [broker.node.url, queue, '100000', String(n)],
        }),
      );
      t.after(() => Promise.all(programs.map((program) => program.close())));
      await until(() => desk.begun.size === done + group, { what: 'all run', limitMs: 60_000 });
      for (const program of programs) process.kill(program.pid, 'SIGKILL');
      const killed = performance.now();
      await until(() => desk.heard.size === done + group, { what: 'all are missed', limitMs: 30_000 });
      for (const { at, reason } of [...desk.heard.values()].slice(done)) {
        assert.ok(isWaybillError(reason, 'CALLER_GONE'), String(reason));
        took.push(at - killed);
      }
      done += group;
    }
    took.sort((a, b) => a - b);
    t.diagnostic(
      `${took.length} callers killed: missed after ${took[took.length >> 1]?.toFixed(0)} ms in the median, ${took.at(-1)?.toFixed(0)} ms at most`,
    );
  });

  it('a chain of five with a budget of a second, the third of them slow: the others never begin, also where its clock is wrong', async (t) => {
    extendLimit(t, 120_000);
    for (const skewMs of [0, 30_000, -30_000]) {
      const { url } = broker.node;
      const queues = ['first', 'second', 'third', 'fourth', 'fifth'].map((name) => uniqueName(name));
      const begun: string[] = [];
      for (const [place, queue] of queues.entries()) {
        if (place === 2) continue;
        const onward = await callerOf(t, url, queues[place + 1] ?? '');
        class Link extends MessageProcessor {}
        const run = async () => {
          begun.push(queue);
          return place === 4 ? 'done' : (await onward.rpc_work(0)).unwrap();
        };
        Link.handle('command', 'work', run, { category: 'rpc' });
        const link = new Link({ url, logger: silentLogger, eqks: [[Exchange, [[queue, queue]]]] });
        t.after(() => link.close());
        await link.start();
      }
      const [first = '', second, third = '', fourth = ''] = queues;
      const args = [url, third, fourth, '1500', String(skewMs)];
      const slow = Program.run('test/faults/programs/chain-link.ts', { args });
      t.after(() => slow.close());
      await slow.waitForLine('serving', 30_000);
      const caller = await callerOf(t, url, first);
      const at = performance.now();
      const { error } = await caller.with({ timeoutMs: 1_000 }).rpc_work(0);
      const took = performance.now() - at;
      assert.ok(isWaybillError(error), String(error));
      // So long that the slow one has done its work, and would have called.
      await sleep(2_000);
      t.diagnostic(`clock off by ${skewMs} ms: ended after ${took.toFixed(0)} ms with ${error.code}`);
      assert.deepEqual(begun, [first, second]);
    }
  });
});

function counted(codes: readonly unknown[]): string {
  const counts = new Map<unknown, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${count} × ${code}`).join(', ');
}
