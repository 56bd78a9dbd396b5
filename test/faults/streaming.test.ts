// Streams that are long, and streams while servers, readers, connections and the broker end.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Exchange,
  GenericProducer,
  isWaybillError,
  RpcStreamCommand,
  StreamInterruptedError,
  silentLogger,
} from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { sized } from './sizes.js';

class Reader extends GenericProducer {
  build_stream_rows(count: number) {
    return new RpcStreamCommand<{ at: number }>('rows', { count });
  }
}

/** What memory may grow by while it is steady: heaps breathe. */
const breathMb = 60;

describe('streams', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  async function serve(t: TestContext, queue: string, bytes: number): Promise<Program> {
    const args = [broker.node.url, queue, String(bytes)];
    const server = Program.run('test/faults/programs/stream-server.ts', { args });
    t.after(() => server.close());
    await server.waitForLine('serving', 60_000);
    return server;
  }

  const queuesAtBroker = async (): Promise<string[]> => {
    const list = await broker.node.ctl('rabbitmqctl', ['-q', 'list_queues', '--no-table-headers', 'name']);
    return list
      .split('\n')
      .filter((each) => each !== '')
      .sort();
  };

  const left = async (queue: string, before: readonly string[]): Promise<void> => {
    await (await broker.side()).onChannel((channel) => channel.deleteQueue(queue));
    await until(async () => String(await queuesAtBroker()) === String(before), {
      what: 'no queue is left',
      limitMs: 30_000,
    });
  };

  it('a long one to a slow reader takes no memory at either end', async (t) => {
    extendLimit(t, 600_000);
    const count = sized(1_000_000, 100_000);
    const before = await queuesAtBroker();
    const queue = uniqueName('rows');
    const server = await serve(t, queue, 1_000);
    const args = [broker.node.url, queue, String(count)];
    const reader = Program.run('test/faults/programs/stream-reader.ts', { args });
    t.after(() => reader.close());
    const at = performance.now();
    const read = await reader.waitForLine(/^read /, 580_000);
    const sent = await server.waitForLine(/^memory /, 10_000);
    t.diagnostic(
      `${read} MB at the reader, ${sent} MB at the server, ${Math.round(performance.now() - at)} ms`,
    );
    assert.match(read, new RegExp(`^read ${count} items, ${count * 1_000} bytes`));
    for (const line of [read, sent]) assert.ok(Number(line.split('memory ')[1]) < breathMb, line);
    server.signal('SIGTERM');
    await server.waitForEnd(30_000);
    await left(queue, before);
  });

  it('wait for an alarm of the broker to be over, however long it is, and go on', async (t) => {
    extendLimit(t, 300_000);
    const watermark = (share: string): Promise<string> =>
      broker.node.ctl('rabbitmqctl', ['set_vm_memory_high_watermark', share]);
    const queue = uniqueName('rows');
    await serve(t, queue, 10);
    const reader = await Reader.connect({ url: broker.node.url, logger: silentLogger });
    t.after(() => reader.close());
    let got = 0;
    let mayEnd = false;
    const read = (async () => {
      for await (const { at } of reader.with({ eks: [[Exchange, queue]] }).stream_rows(1e9)) {
        assert.equal(at, got++);
        if (mayEnd) break;
      }
    })();
    await until(() => got > 1_000, { what: 'items come' });
    t.after(() => watermark('0.4'));
    await watermark('0.0001');
    let last = { got, at: performance.now() };
    while (performance.now() - last.at < 22_000) {
      if (got !== last.got) last = { got, at: performance.now() };
      await sleep(100);
    }
    await watermark('0.4');
    const before = got;
    await until(() => got > before + 1_000, { what: 'more items come', limitMs: 20_000 });
    mayEnd = true;
    await read;
  });

  it('end with the truth while servers and readers are killed, connections cut, and the broker crashes', async (t) => {
    extendLimit(t, 600_000);
    const chance = Chance.for(t);
    const before = await queuesAtBroker();
    const queue = uniqueName('rows');
    const servers = await Promise.all([serve(t, queue, 100), serve(t, queue, 100)]);
    const reader = await Reader.connect({ url: broker.url, logger: silentLogger, heartbeatSeconds: 1 });
    t.after(() => reader.close());
    const rows = reader.with({ eks: [[Exchange, queue]], timeoutMs: 30_000 });
    const ends = new Map<string, number>();
    let isOver = false;

    /** Reads one stream, and checks that its end is what was to be seen of it. */
    const one = async (): Promise<void> => {
      const count = chance.between(0, 20_000);
      let got = 0;
      let end = 'all';
      try {
        for await (const { at } of rows.stream_rows(count)) {
          assert.equal(at, got++);
          if (at % 100 === 0) await sleep(chance.between(0, 5));
        }
        assert.equal(got, count);
      } catch (thrown) {
        if (!isWaybillError(thrown)) throw thrown;
        const isBroken = thrown instanceof StreamInterruptedError;
        assert.equal(got, isBroken ? thrown.received : 0, String(thrown));
        end = isBroken ? thrown.reason : thrown.code;
      }
      ends.set(end, (ends.get(end) ?? 0) + 1);
    };

    const killServer = async (): Promise<void> => {
      const at = chance.between(0, 1);
      servers[at]?.signal('SIGKILL');
      servers[at] = await serve(t, queue, 100);
    };
    const killReader = async (): Promise<void> => {
      const args = [broker.node.url, queue, '1000000'];
      const killed = Program.run('test/faults/programs/stream-reader.ts', { args });
      t.after(() => killed.close());
      await killed.waitForLine('reading', 60_000);
      killed.signal('SIGKILL');
    };
    const lanes = Array.from({ length: 6 }, async () => {
      while (!isOver) await one();
    });
    const faults = [killServer, killReader, () => broker.cut.strike(), () => broker.crash.strike()];
    const plan = chance.shuffled(Array.from({ length: sized(24, 4) }, (_, n) => faults[n % 4]));
    for (const strike of plan) {
      await sleep(chance.between(300, 1_500));
      await strike?.();
    }
    await sleep(1_000);
    isOver = true;
    await Promise.all(lanes);
    t.diagnostic([...ends].map(([end, n]) => `${n} × ${end}`).join(', '));
    assert.ok((ends.get('all') ?? 0) > 0);
    for (const each of ['gap', 'malformed', 'MALFORMED_REPLY']) assert.equal(ends.get(each), undefined);
    for (const server of servers) {
      server.signal('SIGTERM');
      await server.waitForEnd(40_000);
      const [, begun, ended] = /begun (\d+) ended (\d+)/.exec(server.stdout) ?? [];
      assert.equal(begun, ended, server.stdout + server.stderr);
    }
    await reader.close();
    await left(queue, before);
  });
});
