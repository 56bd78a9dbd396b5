// `maxRetry` says how often a call is sent again, for whatever reason: also when its connection was lost.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConnectionLostError, JsonEncoder, type Result, TimeoutError } from 'waybill';
import { MessageSender } from 'waybill/registry';
import { TestBroker } from 'waybill/testing';
import { RpcClient } from 'waybill/workers';
import { connect } from '../../support/stage/connect.js';
import type { Place } from '../../support/stage/place.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { callerOf } from './facilities.js';

type Call = () => Promise<Result>;

/** All that call and may say that it is done once only. */
const callers: Readonly<Record<string, (t: TestContext, url: string, place: Place) => Promise<Call>>> = {
  'GenericProducer.with({ maxRetry: 0 })': async (t, url, { eks }) => {
    const producer = await connect(t, { url }, callerOf(eks));
    return () => producer.with({ maxRetry: 0 }).rpc_echo(1);
  },
  RpcClient: async (t, url, { queue }) => {
    const client = new RpcClient({ url }, { encoder: new JsonEncoder() });
    t.after(() => client.close());
    return () => client.call(queue, 1);
  },
  "MessageSender, rpc: 'result'": async (t, url, { queue }) => {
    const sender = new MessageSender('key', url, { rpc: 'result' });
    t.after(() => sender.close());
    return () => sender.call(queue, 'any', 1);
  },
};

describe('a call whose connection is lost', () => {
  const stage = useStage();

  /** A server that answers when it is told, and a way to it that can be cut. */
  async function given(t: TestContext) {
    const place = await stage.place();
    const server = await RawServer.start(stage.side, place);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const cut = async (): Promise<void> => {
      const before = proxy.accepted;
      proxy.cut();
      await until(() => proxy.accepted > before, { what: 'it has connected again', limitMs: 10_000 });
    };
    return { place, server, url: proxy.urlFor(stage.url), cut };
  }

  for (const [name, open] of Object.entries(callers)) {
    it(`T-A7: with maxRetry 0 is sent once, and ends at once with an error that says so (${name})`, async (t) => {
      const { place, server, url, cut } = await given(t);
      const calling = (await open(t, url, place))();
      await server.request(1);
      await cut();
      const { error, message } = await calling;
      assert.ok(error instanceof ConnectionLostError, message);
      assert.match(message, /was sent once and is not sent again \(maxRetry 0\)\. It may have run/);
      assert.equal(server.requests.length, 1);
    });
  }

  it('T-A7: goes on waiting where it has a reply queue of its own, since the answer can still come', async (t) => {
    const { place, server, url, cut } = await given(t);
    class PerCall extends callerOf(place.eks) {
      static override readonly replyQueue = 'per-call';
    }
    const producer = await connect(t, { url }, PerCall);
    const calling = producer.with({ maxRetry: 0 }).rpc_echo(1);
    const request = await server.request(1);
    await cut();
    // What leaves now does so when the reply queues are made again.
    const next = producer.rpc_echo(2);
    server.reply(await server.request(2), success('soon'));
    assert.equal((await next).unwrap(), 'soon');
    server.reply(request, success('late'));
    assert.equal((await calling).unwrap(), 'late');
    assert.equal(server.requests.length, 2);
  });

  it('T-A7: ends with the loss as its reason where no answer has come to its own reply queue in time', async (t) => {
    const { place, server, url, cut } = await given(t);
    class PerCall extends callerOf(place.eks) {
      static override readonly replyQueue = 'per-call';
    }
    const producer = await connect(t, { url }, PerCall);
    const calling = producer.with({ maxRetry: 0, timeoutMs: 1_500 }).rpc_echo(1);
    await server.request(1);
    await cut();
    const { error, message } = await calling;
    assert.ok(error instanceof TimeoutError, message);
    assert.match(message, /The connection was lost meanwhile/);
  });

  it('T-A7: is sent five times at most by default, however often the connection is lost', async (t) => {
    const { place, server, url, cut } = await given(t);
    const producer = await connect(t, { url }, callerOf(place.eks));
    const calling = producer.rpc_echo(1);
    for (let sent = 1; sent <= 5; sent++) {
      await server.request(sent);
      await cut();
    }
    const { error, message } = await calling;
    assert.ok(error instanceof ConnectionLostError, message);
    assert.match(message, /sent 5 times and is not sent again \(maxRetry 4\)/);
    assert.deepEqual(
      server.requests.map(({ properties }) => properties.headers?.['x-waybill-attempt']),
      [undefined, 2, 3, 4, 5],
    );
  });
});

describe('a call whose connection is lost before the broker has confirmed it', () => {
  it('T-A7: is not sent again with maxRetry 0 either, since it may have arrived', async (t) => {
    const broker = await TestBroker.start();
    t.after(() => broker.close());
    const client = new RpcClient({ url: broker.url });
    t.after(() => client.close());
    await client.run();
    broker.dropNextConfirm();
    const calling = client.call('calls', 1);
    await broker.until(() => broker.published.length === 1);
    await broker.cut();
    const { error, message } = await calling;
    assert.ok(error instanceof ConnectionLostError, message);
    await client.call('calls', 2, { timeoutMs: 200 });
    const ids = broker.published.map((each) => each.message.properties.messageId);
    assert.deepEqual([ids.length, new Set(ids).size], [2, 2], 'each of the two calls was sent once');
  });
});
