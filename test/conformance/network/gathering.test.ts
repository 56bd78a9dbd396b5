// A call to many gives who has answered and who has not, by name.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Exchange, type ExchangeClass, GenericProducer, RpcCommand } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { openNetwork, untilKnown } from '../../support/stage/networked.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

describe('a gather', () => {
  const stage = useStage();

  const exchange = (): ExchangeClass => {
    const exchangeName = uniqueName('quotes');
    return class extends Exchange {
      static override readonly exchangeName = exchangeName;
      static override readonly exchangeType = 'fanout';
    };
  };

  const start = async (t: TestContext, to: ExchangeClass, lateMs = 0, many = 1): Promise<Program> => {
    const args = [stage.url, to.exchangeName, String(lateMs), String(many)];
    const program = Program.run('test/conformance/network/programs/quoting.ts', { args });
    t.after(() => program.close());
    await program.waitForLine('ready', 60_000);
    return program;
  };

  const connect = async (t: TestContext, to: ExchangeClass) => {
    class Buyer extends GenericProducer {
      static override readonly eks = [[to, '']] as const;
      build_rpc_quote() {
        return new RpcCommand<number, null, 'quote'>('quote', null);
      }
    }
    return await stage.connect(t, Buyer);
  };

  const joined = async (t: TestContext, count: number): Promise<void> =>
    await untilKnown(await openNetwork(t, stage), 'Quoter', count);

  it('ends when all that are there have answered, and knows who comes later', async (t) => {
    const to = exchange();
    const programs = await Promise.all([start(t, to), start(t, to)]);
    await joined(t, 2);
    const buyer = await connect(t, to);
    const both = await buyer.with({ expect: 'Quoter', timeoutMs: 20_000 }).gather_quote();
    assert.deepEqual([both.why, both.missing, both.error], ['all', [], undefined]);
    const pids = both.answers.map(({ result }) => result.unwrap()).sort();
    assert.deepEqual(pids, programs.map(({ pid }) => pid).sort());
    assert.deepEqual(both.answers.map(({ from: { pid } }) => Number(pid)).sort(), pids);
    await start(t, to);
    await joined(t, 3);
    await until(
      async () =>
        (await buyer.with({ expect: 'Quoter', timeoutMs: 20_000 }).gather_quote()).answers.length === 3,
      { what: 'the third is expected, too' },
    );
  });

  it('names those who were killed meanwhile, and those who are only late', async (t) => {
    const to = exchange();
    const [quick, killed, late] = await Promise.all([
      start(t, to),
      start(t, to, 60_000),
      start(t, to, 60_000),
    ]);
    await joined(t, 3);
    const buyer = await connect(t, to);
    const gathering = buyer.with({ expect: 'Quoter', timeoutMs: 6_000 }).gather_quote();
    await killed.waitForLine('asked');
    killed.signal('SIGKILL');
    const { answers, missing, why } = await gathering;
    assert.equal(why, 'timeout');
    assert.deepEqual(
      answers.map(({ from }) => Number(from.pid)),
      [quick.pid],
    );
    const told = missing.map(({ pid, isThere }) => [Number(pid), isThere]);
    assert.deepEqual(
      new Map(told as [number, boolean][]),
      new Map([
        [killed.pid, false],
        [late.pid, true],
      ]),
    );
    await late.waitForLine('told');
  });

  it('ends as soon as all who are missing are gone', async (t) => {
    const to = exchange();
    const [quick, killed] = await Promise.all([start(t, to), start(t, to, 60_000)]);
    await joined(t, 2);
    const buyer = await connect(t, to);
    const gathering = buyer.with({ expect: 'Quoter', timeoutMs: 60_000 }).gather_quote();
    await killed.waitForLine('asked');
    killed.signal('SIGKILL');
    const { answers, missing, why } = await gathering;
    assert.equal(why, 'gone');
    assert.deepEqual(
      answers.map(({ from }) => Number(from.pid)),
      [quick.pid],
    );
    assert.deepEqual(
      missing.map(({ pid, isThere }) => [Number(pid), isThere]),
      [[killed.pid, false]],
    );
  });

  it('of twenty, of whom three are killed meanwhile, names exactly those', async (t) => {
    const to = exchange();
    await start(t, to, 0, 17);
    const killed = await Promise.all([1, 2, 3].map(() => start(t, to, 60_000)));
    await joined(t, 20);
    const buyer = await connect(t, to);
    const gathering = buyer.with({ expect: 'Quoter', timeoutMs: 60_000 }).gather_quote();
    for (const each of killed) {
      await each.waitForLine('asked');
      each.signal('SIGKILL');
    }
    const { answers, missing, why } = await gathering;
    assert.deepEqual([answers.length, why], [17, 'gone']);
    assert.deepEqual(missing.map(({ pid }) => Number(pid)).sort(), killed.map(({ pid }) => pid).sort());
    assert.ok(missing.every(({ isThere }) => !isThere));
  });

  it('ends with a quorum, and has the others told', async (t) => {
    const to = exchange();
    const [quick, slow] = await Promise.all([start(t, to), start(t, to, 60_000)]);
    const buyer = await connect(t, to);
    const { answers, why } = await buyer.with({ quorum: 1, timeoutMs: 20_000 }).gather_quote();
    assert.equal(why, 'quorum');
    assert.deepEqual(
      answers.map(({ result }) => result.unwrap()),
      [quick.pid],
    );
    await slow.waitForLine('told');
  });

  it('ends without knowing whom to wait for when nobody else answers', async (t) => {
    const to = exchange();
    await Promise.all([start(t, to), start(t, to)]);
    const buyer = await connect(t, to);
    const { answers, missing, why } = await buyer.with({ stallMs: 1_000, timeoutMs: 20_000 }).gather_quote();
    assert.deepEqual([answers.length, missing, why], [2, [], 'stall']);
    const misspelt = await buyer
      .with({ expect: 'Quotter', stallMs: 1_000, timeoutMs: 20_000 })
      .gather_quote();
    assert.deepEqual([misspelt.answers.length, misspelt.why], [2, 'nobody']);
    const two = await buyer.with({ expect: 2, timeoutMs: 20_000 }).gather_quote();
    assert.deepEqual([two.answers.length, two.why], [2, 'all']);
  });

  it('is not lost to one who says of himself what he is not', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request) => {
      for (const fingerprint of [
        { name: { toString: 1 } },
        { host: 'h'.repeat(100_000) },
        [null],
        'x',
        7,
        null,
      ])
        server.reply(request, { ...success('said'), fingerprint });
    });
    class Asks extends GenericProducer {
      static override readonly eks = place.eks;
      build_rpc_ask() {
        return new RpcCommand<string>('ask');
      }
    }
    const asks = await stage.connect(t, Asks);
    const { answers, why, error } = await asks.with({ expect: 6, timeoutMs: 20_000 }).gather_ask();
    assert.deepEqual([answers.length, why, error], [6, 'all', undefined]);
    assert.ok(answers.every(({ from }) => from.name.length <= 100 && from.host.length <= 100));
  });

  it('knows who has come while its own connection was lost', async (t) => {
    const to = exchange();
    await start(t, to);
    await joined(t, 1);
    await using proxy = await TcpProxy.forUrl(stage.url);
    class Buyer extends GenericProducer {
      static override readonly eks = [[to, '']] as const;
      build_rpc_quote() {
        return new RpcCommand<number, null, 'quote'>('quote', null);
      }
    }
    const buyer = await stage.connect(t, Buyer, { url: proxy.urlFor(stage.url) });
    const gather = () => buyer.with({ expect: 'Quoter', timeoutMs: 20_000 }).gather_quote();
    assert.equal((await gather()).answers.length, 1);
    const downs: unknown[] = [];
    const ups: unknown[] = [];
    buyer.events.on('down', (role) => downs.push(role));
    buyer.events.on('up', (role) => ups.push(role));
    proxy.refuse();
    proxy.cut();
    await until(() => downs.length === 2, { what: 'both connections are lost' });
    await start(t, to, 3_000);
    await joined(t, 2);
    await proxy.pass();
    await until(() => ups.length === 2, { what: 'both are back', limitMs: 20_000 });
    const { answers, missing, why } = await gather();
    assert.deepEqual([answers.length, missing, why], [2, [], 'all']);
  });

  it('never rejects: nobody there, given up, closed, numbers that are none', async (t) => {
    const to = exchange();
    const buyer = await connect(t, to);
    const nobody = await buyer.gather_quote();
    assert.deepEqual([nobody.why, nobody.error?.code], ['failed', 'UNROUTABLE']);
    await start(t, to, 60_000);
    const abort = new AbortController();
    const given = buyer.with({ signal: abort.signal, timeoutMs: 20_000 }).gather_quote();
    abort.abort(new Error('enough'));
    assert.equal((await given).why, 'failed');
    for (const settings of [{ quorum: 0 }, { expect: 1.5 }, { stallMs: Number.NaN }])
      assert.equal((await buyer.with(settings).gather_quote()).error?.code, 'CONFIGURATION');
    const closing = buyer.with({ timeoutMs: 20_000 }).gather_quote();
    await buyer.close();
    assert.equal((await closing).why, 'failed');
  });
});
