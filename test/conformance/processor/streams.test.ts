// Streams, which keep what was read: `x-queue-type: stream`.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  ConfigurationError,
  type Content,
  Exchange,
  MessageProcessor,
  type RetryPolicy,
  type StreamOffset,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const flags = { arguments: { 'x-queue-type': 'stream' } };

class Reader extends MessageProcessor {
  static override readonly prefetch = 10;
  static override readonly retry: RetryPolicy | undefined = undefined;
  readonly seen: number[] = [];
}
Reader.handle('command', 'read', function ({ parameters }: Content<number>) {
  this.seen.push(parameters);
});
Reader.handle('command', 'fail', function ({ parameters }: Content<number>) {
  this.seen.push(parameters);
  throw new Error('it always fails');
});

class Retrying extends Reader {
  static override readonly retry = { attempts: 3, delayMs: 10 };
}

describe('a processor of a stream', () => {
  const stage = useStage();

  async function stream(t: TestContext): Promise<string> {
    const queue = uniqueName('stream');
    await stage.side.onChannel((channel) => channel.assertQueue(queue, flags));
    t.after(() => stage.side.onChannel((channel) => channel.deleteQueue(queue)));
    return queue;
  }

  function eqksOf(queue: string, offset?: StreamOffset) {
    return [[Exchange, [[{ name: queue, flags, ...(offset !== undefined && { offset }) }, queue]]]] as const;
  }

  async function send(queue: string, from: number, to: number, name = 'read'): Promise<void> {
    for (let number = from; number < to; number++) {
      const messageId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      await stage.side.publish('', queue, JSON.stringify(command(name, number)), { messageId });
    }
  }

  const offsets: readonly (readonly [title: string, offset: StreamOffset, first: number])[] = [
    ['first', 'first', 0],
    ['a number', 7, 7],
    ['a time ago', '1h', 0],
    ['a moment', new Date(Date.now() - 3_600_000), 0],
  ];
  for (const [title, offset, first] of offsets) {
    it(`begins where it is told: ${title}; and what is read stays`, async (t) => {
      const queue = await stream(t);
      await send(queue, 0, 20);
      const { processor } = await stage.start(t, Reader, { eqks: eqksOf(queue, offset) });
      await waitForLength(processor.seen, 20 - first);
      await send(queue, 20, 25);
      await waitForLength(processor.seen, 25 - first);
      assert.deepEqual(processor.seen, numbers(first, 25));
      const { processor: other } = await stage.start(t, Reader, { eqks: eqksOf(queue, 'first') });
      await waitForLength(other.seen, 25);
      assert.deepEqual(other.seen, numbers(0, 25));
    });
  }

  it('begins with the next message, unless it is told where', async (t) => {
    const queue = await stream(t);
    await send(queue, 0, 5);
    const { processor } = await stage.start(t, Reader, { eqks: eqksOf(queue) });
    await send(queue, 5, 10);
    await waitForLength(processor.seen, 5);
    assert.deepEqual(processor.seen, numbers(5, 10));
  });

  it('T-B10: is well in its health', async (t) => {
    const queue = await stream(t);
    const { processor } = await stage.start(t, Reader, { eqks: eqksOf(queue) });
    assert.equal((await processor.health()).ok, true);
  });

  it('goes on behind what was handled when the connection is lost: nothing is left out', async (t) => {
    const queue = await stream(t);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const url = proxy.urlFor(stage.url);
    const { processor } = await stage.start(t, Reader, { eqks: eqksOf(queue) }, { url });
    await send(queue, 0, 30);
    await waitForLength(processor.seen, 30);
    proxy.refuse();
    proxy.cut();
    await until(async () => !(await processor.health()).ok, { what: 'it is lost' });
    await send(queue, 30, 60);
    await proxy.pass();
    await waitForLength(processor.seen, 60, 20_000);
    assert.deepEqual(processor.seen, numbers(0, 60));
  });

  it('T-B10: keeps what fails beside the stream; retry is refused, since all readers would get what comes again', async (t) => {
    const queue = await stream(t);
    await assert.rejects(stage.start(t, Retrying, { eqks: eqksOf(queue) }), (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, new RegExp(`Queue '${queue}' is a stream`));
      return true;
    });
    const { processor } = await stage.start(t, Reader, { eqks: eqksOf(queue, 'first') });
    await send(queue, 0, 1, 'fail');
    await send(queue, 1, 3);
    const { properties } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.equal(properties.headers?.['x-waybill-dossier']?.message, 'it always fails');
    await waitForLength(processor.seen, 3);
    assert.deepEqual(processor.seen, [0, 1, 2]);
  });
});

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
