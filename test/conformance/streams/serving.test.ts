// A stream is a handler that runs: middleware, limits, drains and readers that are gone are as for calls.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  FilterError,
  GzipJsonEncoder,
  type HandlerContext,
  handlersFor,
  isWaybillError,
  MessageFilter,
  MessageProcessor,
  type Middleware,
  RpcHandler,
  RpcStreamHandler,
} from 'waybill';
import { forgedAddresses } from '../../support/forged-addresses.js';
import { message } from '../../support/stage/envelopes.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { all, readerOf } from './facilities.js';

/** Gives rows for ever. */
class Endless extends MessageProcessor {
  static override readonly concurrency = 10;
  begun = 0;
  ended = 0;
  signal: AbortSignal | undefined;

  @RpcStreamHandler('command', 'rows')
  async *rows(_content: Content, { signal }: HandlerContext) {
    this.begun++;
    this.signal = signal;
    try {
      for (let at = 0; ; at++) yield { at };
    } finally {
      this.ended++;
    }
  }
}

describe('a processor of streams', () => {
  const stage = useStage();

  it('has its middleware around all of a stream, as around a call; one that refuses is the error of the reader', async (t) => {
    const place = await stage.place();
    const seen: string[] = [];
    const noting: Middleware = {
      receive: (next) => async (inbound) => {
        seen.push(`${inbound.kind} ${inbound.name}`);
        await next(inbound);
        seen.push('done');
      },
      send: (next) => async (outbound) => {
        outbound.headers['x-tenant'] = 'a';
        return await next(outbound);
      },
    };
    class Few extends MessageProcessor {
      static override readonly middleware = [noting];
      @RpcStreamHandler('command', 'rows')
      async *rows({ parameters: { count } }: Content<{ count: number }>, { headers }: HandlerContext) {
        for (let at = 0; at < count; at++) yield { at };
        seen.push(String(headers['x-tenant']));
      }
    }
    await stage.start(t, Few, place);
    const reader = await stage.connect(t, readerOf(place.eks), { middleware: [noting] });
    assert.equal((await all(reader.stream_rows(3))).length, 3);
    await until(() => seen.length === 3, { what: 'the middleware has ended' });
    assert.deepEqual(seen, ['call rows', 'a', 'done']);
    const shut = { receive: () => () => {} };
    const other = await stage.place();
    await stage.start(t, Few, other, { middleware: [shut] });
    const shutOut = await stage.connect(t, readerOf(other.eks));
    await assert.rejects(all(shutOut.stream_rows(3)), /a middleware has taken its request/);
  });

  it('ends a stream that takes longer than its handlers may, with an error', async (t) => {
    const place = await stage.place();
    class Hurried extends Endless {
      static override readonly handlerTimeoutMs = 300;
    }
    const { processor } = await stage.start(t, Hurried, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    await assert.rejects(
      async () => {
        for await (const _ of reader.stream_rows(1)) await new Promise(setImmediate);
      },
      { code: 'REMOTE', message: /handlerTimeoutMs/ },
    );
    await until(() => processor.ended === 1, { what: 'the generator has ended' });
  });

  it('drains when its streams have ended, and takes none meanwhile', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Endless, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    const stream = reader.stream_rows(1);
    await stream.next();
    const drained = processor.drain();
    await stream.next();
    assert.equal(processor.ended, 0);
    await stream.return();
    await drained;
    assert.equal(processor.ended, 1);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
  });

  it('begins when it is granted credit, in whatever words, and is told when its reader is gone', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Endless, place);
    const channel = await stage.side.connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const body = { ...message('command', 'rows', { parameters: {} }), category: 'stream' };
    await place.send(body, { replyTo: queue, correlationId: 'c', messageId: 'of a dead reader' });
    const opened = await until(async () => (await channel.get(queue, { noAck: true })) || undefined, {
      what: 'it is opened',
    });
    const { run, control } = opened.properties.headers?.['x-waybill-stream'] ?? {};
    assert.equal(processor.begun, 0);
    const grant = (upTo: unknown) => channel.sendToQueue(control, Buffer.from(JSON.stringify({ run, upTo })));
    for (const upTo of [Number.NaN, -5, 1.5, 'many', null, {}, []]) grant(upTo);
    grant(1e9);
    await until(() => processor.begun === 1, { what: 'the generator has begun' });
    const items = async () => (await channel.checkQueue(queue)).messageCount;
    await until(async () => (await items()) > 0, { what: 'items have come' });
    await channel.deleteQueue(queue);
    await until(() => processor.ended === 1, { what: 'it is told', limitMs: 15_000 });
    assert.ok(isWaybillError(processor.signal?.reason, 'CALLER_GONE'));
    assert.deepEqual(log.errors, []);
  });

  it('begins nothing for a reader that has forged its address, and goes on with the others', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Endless, place);
    const body = { ...message('command', 'rows', { parameters: {} }), category: 'stream' };
    for (const [what, replyTo] of forgedAddresses)
      await place.send(body, { replyTo, correlationId: what, messageId: what });
    const reader = await stage.connect(t, readerOf(place.eks));
    const stream = reader.stream_rows(1);
    assert.deepEqual((await stream.next()).value, { at: 0 });
    await stream.return();
    await processor.drain();
    assert.equal(processor.begun, 1);
    assert.deepEqual([...log.warnings, ...log.errors], []);
  });

  it('that closes is missed by its reader; the next one begins nothing for a reader that knows', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Endless, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    const stream = reader.stream_rows(1);
    await stream.next();
    await processor.close();
    const { processor: next } = await stage.start(t, Endless, place);
    await assert.rejects(
      async () => {
        for await (const _ of stream);
      },
      { code: 'STREAM_INTERRUPTED', reason: 'server gone' },
    );
    assert.equal(next.begun, 0);
  });

  it('is told when a connection is cut, and so is its reader, who begins again', async (t) => {
    const place = await stage.place();
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { processor } = await stage.start(t, Endless, place);
    const url = proxy.urlFor(stage.url);
    const reader = await stage.connect(t, readerOf(place.eks), { url });
    const cut = reader.stream_rows(1);
    await cut.next();
    proxy.cut();
    await assert.rejects(
      async () => {
        for await (const _ of cut);
      },
      { code: 'STREAM_INTERRUPTED', reason: 'connection' },
    );
    await until(() => processor.ended === 1, { what: 'the generator has ended', limitMs: 15_000 });
    const again = reader.stream_rows(1);
    assert.deepEqual(await again.next(), { done: false, value: { at: 0 } });
    await again.return();
    const other = await stage.place();
    const { processor: behind } = await stage.start(t, Endless, other, { url });
    const near = await stage.connect(t, readerOf(other.eks));
    const stream = near.stream_rows(1);
    await stream.next();
    proxy.cut();
    await assert.rejects(
      async () => {
        for await (const _ of stream);
      },
      { code: 'STREAM_INTERRUPTED', reason: 'server gone' },
    );
    await until(() => behind.ended === 1, { what: 'the generator has ended', limitMs: 15_000 });
    assert.equal(behind.begun, 1);
  });

  it('has filters, content types, plain functions and contracts, and any encoder', async (t) => {
    const place = await stage.place();
    const Reader = readerOf(place.eks);
    class Zipped extends Reader {
      static override readonly encoder = new GzipJsonEncoder();
    }
    class Filtered extends MessageProcessor {
      static override readonly encoder = new GzipJsonEncoder();
      @MessageFilter((content: Content<{ count: number }>) => {
        if (content.parameters.count > 5) throw new FilterError();
        return { parameters: { count: content.parameters.count + 1 } };
      })
      @RpcStreamHandler('command', 'rows')
      rows({ parameters: { count } }: Content<{ count: number }>) {
        return Array.from({ length: count }, (_, at) => ({ at }));
      }
    }
    await stage.start(t, Filtered, place);
    const reader = await stage.connect(t, Zipped);
    assert.deepEqual(await all(reader.stream_rows(1)), [{ at: 0 }, { at: 1 }]);
    await assert.rejects(all(reader.stream_rows(6)), /A filter turned away/);
    const plain = await stage.place();
    class Plain extends MessageProcessor {}
    handlersFor(Reader).all(Plain, {
      async *stream_rows({ parameters: { count } }) {
        for (let at = 0; at < count; at++) yield { at };
      },
    });
    await stage.start(t, Plain, plain);
    const other = await stage.connect(t, readerOf(plain.eks));
    assert.equal((await all(other.stream_rows(4))).length, 4);
  });

  it('says what is wrong: no handler, a handler of calls, nothing to go through, an item that cannot be sent or is too large', async (t) => {
    const place = await stage.place();
    class Wrong extends MessageProcessor {
      @RpcHandler('command', 'rows')
      answer() {
        return 1;
      }
    }
    await stage.start(t, Wrong, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    await assert.rejects(all(reader.stream_rows(1)), /no handler for \(stream, command, rows\)/);
    const wrongs = [
      [() => 'text', /gave nothing to go through/],
      [() => undefined, /gave nothing to go through/],
      [() => [() => {}], /A function cannot be sent/],
      [() => [1n], /BigInt/],
      [() => ['x'.repeat(9_000_000)], /may have 8388608/],
    ] as const;
    for (const [make, text] of wrongs) {
      const at = await stage.place();
      class Bad extends MessageProcessor {}
      Bad.handle('command', 'rows', make, { category: 'stream' });
      await stage.start(t, Bad, at);
      const bad = await stage.connect(t, readerOf(at.eks));
      await assert.rejects(all(bad.stream_rows(1)), text);
    }
  });
});
