import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConnectionLostError, type Content, MessageProcessor, type Result, RpcHandler } from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { Gate } from '../../support/stage/gate.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { callerOf } from './facilities.js';

type Echo = Content<{ value: number }>;

describe('calls over a connection that is cut', () => {
  const stage = useStage();

  /** A proxy before the broker, and the URL that leads through it. */
  async function detour(t: TestContext): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    return { proxy, url: proxy.urlFor(stage.url) };
  }

  it('500 calls that wait for their answers are all answered after a cut, and each runs once', async (t) => {
    const place = await stage.place();
    const gate = new Gate();
    const runs: number[] = [];
    class Server extends MessageProcessor {
      static override readonly prefetch = 1_000;
      static override readonly concurrency = 1_000;

      @RpcHandler('command', 'echo')
      async echo({ parameters }: Echo) {
        runs.push(parameters.value);
        await gate.opened;
        return parameters.value;
      }
    }
    await stage.start(t, Server, place);
    const { proxy, url } = await detour(t);
    const producer = await connect(t, { url }, callerOf(place.eks));
    const values = Array.from({ length: 500 }, (_, value) => value);
    const calls = values.map((value) => producer.rpc_echo(value));
    await until(() => runs.length === 500, { what: 'all run' });
    const before = proxy.accepted;
    proxy.cut();
    await until(() => proxy.accepted > before, { what: 'the caller has connected again' });
    gate.open();
    assert.deepEqual(await valuesOf(calls), values);
    assert.deepEqual(runs, values);
  });

  for (const behind of ['the caller', 'the caller and the server'] as const) {
    it(`2,000 calls, during which ${behind} is cut off five times, all get their answer, and each runs once`, async (t) => {
      const place = await stage.place();
      const runs: number[] = [];
      class Server extends MessageProcessor {
        @RpcHandler('command', 'echo')
        echo({ parameters }: Echo) {
          runs.push(parameters.value);
          return parameters.value;
        }
      }
      const { proxy, url } = await detour(t);
      await stage.start(t, Server, place, behind === 'the caller' ? {} : { url });
      const producer = await connect(t, { url }, callerOf(place.eks));
      const values = Array.from({ length: 2_000 }, (_, value) => value);
      // Each cut is an attempt: what it finds under way is sent once more.
      const patient = producer.with({ maxRetry: 5 });
      const cuts = new Set([1, 300, 700, 1_200, 1_700]);
      let answered = 0;
      const calls = values.map(async (value) => {
        const answer = await patient.rpc_echo(value);
        if (cuts.delete(++answered)) proxy.cut();
        return answer;
      });
      assert.deepEqual(await valuesOf(calls), values);
      assert.equal(cuts.size, 0);
      assert.deepEqual(
        runs.sort((a, b) => a - b),
        values,
      );
    });
  }

  it('a call ends with the reason when the connection stays cut for all its time; later calls work again', async (t) => {
    const place = await stage.place();
    class Server extends MessageProcessor {
      @RpcHandler('command', 'echo')
      echo({ parameters }: Echo) {
        return parameters.value;
      }
    }
    await stage.start(t, Server, place);
    const { proxy, url } = await detour(t);
    const producer = await connect(t, { url }, callerOf(place.eks));
    assert.deepEqual(await valuesOf([producer.rpc_echo(1)]), [1]);
    proxy.refuse();
    proxy.cut();
    const patient = producer.rpc_echo(2);
    const { error, message } = await producer
      .with({ timeoutMs: 200, attemptTimeoutMs: 100, maxRetry: 1 })
      .rpc_echo(3);
    assert.ok(error instanceof ConnectionLostError, message);
    await proxy.pass();
    assert.deepEqual(await valuesOf([patient, producer.rpc_echo(4)]), [2, 4]);
  });

  it('a reply queue is there again after a cut: answers that come then are collected', async (t) => {
    const place = await stage.place();
    const gate = new Gate();
    let running = false;
    class Server extends MessageProcessor {
      @RpcHandler('command', 'echo')
      async echo({ parameters }: Echo) {
        running = true;
        await gate.opened;
        return parameters.value;
      }
    }
    await stage.start(t, Server, place);
    const { proxy, url } = await detour(t);
    const producer = await connect(t, { url }, callerOf(place.eks));
    await using queue = await producer.rpc_queue_echo(7);
    await until(() => running, { what: 'the handler runs' });
    const before = proxy.accepted;
    proxy.cut();
    await until(() => proxy.accepted > before, { what: 'the caller has connected again' });
    // What is sent now has left after the reply queues were made again.
    await (await producer.rpc_queue_echo(8)).close();
    gate.open();
    assert.equal((await queue.collect())[0]?.unwrap(), 7);
  });
});

async function valuesOf(calls: readonly Promise<Result>[]): Promise<unknown[]> {
  return (await Promise.all(calls)).map((answer) => answer.unwrap());
}
