// Streams: items come as they are wanted, and each stream ends with the truth.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import {
  type Content,
  type HandlerContext,
  isWaybillError,
  MessageProcessor,
  RpcStreamHandler,
} from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { all, type Row, readerOf } from './facilities.js';

/** Counts up to what is asked for, and notes how it went. */
class Rows extends MessageProcessor {
  static override readonly concurrency = 10;
  made = 0;
  begun = 0;
  ended = 0;
  signal: AbortSignal | undefined;

  @RpcStreamHandler('command', 'rows')
  async *rows({ parameters }: Content<{ count: number }>, { signal }: HandlerContext): AsyncGenerator<Row> {
    this.begun++;
    this.signal = signal;
    try {
      for (let at = 0; at < parameters.count; at++) {
        this.made++;
        yield { at };
      }
    } finally {
      this.ended++;
    }
  }
}

describe('a stream', () => {
  const stage = useStage();

  it('N-6: gives each item once, in order, and ends with their number; its request is acked then', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Rows, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    for (const count of [0, 1, 10_000]) {
      const rows = await all(reader.stream_rows(count));
      assert.deepEqual(
        rows,
        Array.from({ length: count }, (_, at) => ({ at })),
      );
    }
    assert.equal(processor.ended, 3);
    await processor.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
    assert.deepEqual([log.errors, log.warnings], [[], []]);
  });

  it('N-6: is not made before it is read, and no further than its reader has granted', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Rows, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    const stream = reader.with({ window: 10 }).stream_rows(1_000);
    assert.equal(processor.begun, 0);
    assert.deepEqual(await stream.next(), { done: false, value: { at: 0 } });
    await until(() => processor.made === 10, { what: 'the window is full' });
    for (let at = 1; at < 100; at++) {
      assert.deepEqual(await stream.next(), { done: false, value: { at } });
      assert.ok(processor.made <= at + 11, `${processor.made} items were made for ${at + 1} that were read`);
    }
    await stream.return();
    await until(() => processor.ended === 1, { what: 'the generator has ended' });
    assert.ok(isWaybillError(processor.signal?.reason, 'CANCELLED'));
  });

  it('is given up by whoever leaves the loop, and by Readable.from that is destroyed', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Rows, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    for await (const { at } of reader.stream_rows(1e9)) if (at === 100) break;
    await until(() => processor.ended === 1, { what: 'a break ends it' });
    const oops = new Error('oops');
    await assert.rejects(async () => {
      for await (const _ of reader.stream_rows(1e9)) throw oops;
    }, oops);
    await until(() => processor.ended === 2, { what: 'a throw ends it' });
    const readable = Readable.from(reader.stream_rows(1e9));
    for await (const row of readable.take(3)) assert.ok((row as Row).at < 3);
    await until(() => processor.ended === 3, { what: 'a destroyed Readable ends it' });
    assert.deepEqual(log.errors, []);
    await processor.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
  });

  it('ends with the error of its handler, behind the items before it', async (t) => {
    const place = await stage.place();
    class Breaks extends MessageProcessor {
      @RpcStreamHandler('command', 'rows')
      async *rows() {
        yield { at: 0 };
        yield { at: 1 };
        throw new RangeError('no more', { cause: new Error('the disk') });
      }
    }
    const { log } = await stage.start(t, Breaks, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    const got: Row[] = [];
    await assert.rejects(
      async () => {
        for await (const row of reader.stream_rows(3)) got.push(row);
      },
      (thrown: Error) => {
        assert.ok(isWaybillError(thrown, 'REMOTE'));
        assert.match(thrown.message, /no more.*the answer of Breaks to the call 'rows'/);
        assert.equal((thrown.cause as Error).message, 'the disk');
        return true;
      },
    );
    assert.deepEqual(got, [{ at: 0 }, { at: 1 }]);
    assert.equal(log.errors.length, 1);
  });

  it('is given up by its signal, by cancel(), and by close() of its reader', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Rows, place);
    const reader = await stage.connect(t, readerOf(place.eks));
    const abort = new AbortController();
    const stream = reader.with({ signal: abort.signal }).stream_rows(1e9);
    await stream.next();
    abort.abort(new Error('enough'));
    await assert.rejects(stream.next(), (thrown: Error) => {
      assert.ok(isWaybillError(thrown, 'CANCELLED'));
      assert.equal((thrown.cause as Error).message, 'enough');
      return true;
    });
    const other = reader.stream_rows(1e9);
    await other.next();
    other.cancel(new Error('enough'));
    await assert.rejects(other.next(), { code: 'CANCELLED' });
    assert.deepEqual(await other.next(), { done: true, value: undefined });
    const open = reader.stream_rows(1e9);
    await open.next();
    await reader.close();
    await until(() => processor.ended === 3, { what: 'all have ended' });
  });
});
