import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  type HandlerContext,
  MessageProcessor,
  type Reply,
  RpcHandler,
  TimeoutError,
} from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { Recorder } from '../../support/stage/recorder.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { callerOf } from './facilities.js';

describe('replies', () => {
  const stage = useStage();

  it('P-C24: that come after the end of their call are dropped, and answer no later call', async (t) => {
    const place = await stage.place();
    const server = await RawServer.start(stage.side, place);
    const producer = await connect(t, stage, callerOf(place.eks));
    const given = await producer.with({ timeoutMs: 500, maxRetry: 0 }).rpc_ping();
    assert.ok(given.error instanceof TimeoutError);
    const later = producer.rpc_ping();
    const second = await server.request(2);
    server.reply(await server.request(1), success('late'));
    server.reply(second, success('in time'));
    assert.equal((await later).unwrap(), 'in time');
    assert.ok(given.error instanceof TimeoutError, 'a result never changes');
  });

  it('that come twice count once; the next call gets its own', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request, number) => {
      for (const word of ['first', 'second', 'third']) server.reply(request, success(`${word} of ${number}`));
    });
    const producer = await connect(t, stage, callerOf(place.eks));
    assert.equal((await producer.rpc_ping()).unwrap(), 'first of 1');
    assert.equal((await producer.rpc_ping()).unwrap(), 'first of 2');
  });

  it('come to a queue for each of many first calls at once, and cost no connection', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request) => {
      server.reply(request, success('here'));
    });
    class Alone extends callerOf(place.eks) {
      static override readonly replyQueue = 'per-call';
    }
    const downs: unknown[] = [];
    for (let round = 0; round < 10; round++) {
      const producer = await connect(t, stage, Alone, { ownConnections: true });
      producer.events.on('down', (_role, error) => downs.push(error));
      const calls = Array.from({ length: 20 }, () => producer.rpc_ping());
      for (const result of await Promise.all(calls)) assert.equal(result.unwrap(), 'here');
      await producer.close();
    }
    assert.deepEqual(downs, []);
  });

  it('that come in another order find their calls', async (t) => {
    const place = await stage.place();
    const server = await RawServer.start(stage.side, place);
    const producer = await connect(t, stage, callerOf(place.eks));
    const calls = [0, 1, 2, 3].map((value) => producer.rpc_echo(value));
    await server.request(4);
    for (const request of server.requests.toReversed()) {
      const { parameters } = request.body.content as Content<{ value: number }>;
      server.reply(request, success(parameters.value));
    }
    assert.deepEqual(
      (await Promise.all(calls)).map(({ value }) => value),
      [0, 1, 2, 3],
    );
  });

  it('with a foreign or no correlation id, and unreadable ones, are ignored', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request) => {
      server.replyWith(request, success('of nobody'), { correlationId: 'somebody else' });
      server.replyWith(request, success('without an id'), {});
      server.replyWith(request, Buffer.from([0xff]), { correlationId: 'somebody else' });
      server.reply(request, success('the answer'));
    });
    const producer = await connect(t, stage, callerOf(place.eks));
    assert.equal((await producer.rpc_ping()).unwrap(), 'the answer');
  });

  it('N-19: without a correlation id are told of once, with what helps where the server is of Python', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request) =>
      server.replyWith(request, success(3), {}),
    );
    const log = recordingLog();
    const producer = await connect(t, stage, callerOf(place.eks), { logger: log });
    const calls = [producer.rpc_ping(), producer.rpc_ping()];
    await server.request(2);
    await waitForLength(log.warnings, 1);
    // Answers leave in their order: when this one is here, both of those were.
    server.reply(await server.request(1), success('known'));
    server.reply(await server.request(2), success('known'));
    assert.deepEqual(
      (await Promise.all(calls)).map(({ value }) => value),
      ['known', 'known'],
    );
    assert.equal(log.warnings.length, 1, log.warnings.join('\n'));
    assert.match(log.warnings[0] ?? '', /without a correlation id.*Postage\?.* replyQueue = 'per-call'/);
    assert.deepEqual(log.errors, []);
  });

  it('of a server that answers attempt 1 too late still answer the call, once, and the handler ran once', async (t) => {
    const place = await stage.place();
    const recorder = await Recorder.start(stage.side, ...place.eks);
    const seen: (string | undefined)[] = [];
    class Slow extends MessageProcessor {
      @RpcHandler('command', 'ping')
      async ping(_: Content, reply: Reply<string>, { messageId }: HandlerContext) {
        seen.push(messageId);
        await until(() => recorder.messages.length >= 2, { what: 'the call was sent again' });
        reply(`run ${seen.length}`);
      }
    }
    const { processor, log } = await stage.start(t, Slow, place);
    const producer = await connect(t, stage, callerOf(place.eks));
    const answered = await producer
      .with({ timeoutMs: 2_200, attemptTimeoutMs: 200, maxRetry: 10 })
      .rpc_ping();
    assert.equal(answered.unwrap(), 'run 1');
    await processor.drain();
    assert.equal(seen.length, 1, 'the handler ran once');
    const sent = await recorder.all();
    assert.ok(sent.length >= 2, `sent ${sent.length} times`);
    assert.deepEqual(new Set(sent.map(({ properties }) => properties.messageId)), new Set(seen));
    assert.equal(new Set(sent.map(({ bytes }) => bytes.toString('hex'))).size, 1, 'the same bytes');
    assert.deepEqual(log.errors, []);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
  });

  it('are kept by a server: a request that comes again gets the same reply without running again', async (t) => {
    const place = await stage.place();
    let runs = 0;
    class Counting extends MessageProcessor {
      @RpcHandler('command', 'ping')
      ping() {
        return ++runs;
      }
    }
    const { processor } = await stage.start(t, Counting, place);
    const same = { messageId: 'm-1', correlationId: 'c-1' };
    const answers = [await place.call('ping', {}, same), await place.call('ping', {}, same)];
    const other = await place.call('ping', {}, { messageId: 'm-1', correlationId: 'c-2' });
    const values = await Promise.all(
      [...answers, other].map(async (each) => (await each.next()).content.value),
    );
    assert.deepEqual(values, [1, 1, 2]);
    await processor.drain();
    assert.equal(runs, 2);
  });
});
