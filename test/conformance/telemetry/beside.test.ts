// OpenTelemetry's own instrumentation of amqplib beside Waybill: it sees nothing of Waybill's messages, so nothing of them fails there.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { freshVhost, suiteOwner, type TestVhost } from '../../support/broker.js';
import { Program } from '../../support/child.js';

const instrumentation = '@opentelemetry/instrumentation-amqplib';

interface ToldSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly status: SpanStatusCode;
  readonly by: string;
}

describe('the instrumentation of amqplib', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  before(async () => {
    vhost = await freshVhost(owner);
  });

  async function spansOf(t: TestContext, order: string): Promise<readonly ToldSpan[]> {
    const path = 'test/conformance/telemetry/programs/instrumented.ts';
    const program = Program.run(path, { args: [order, vhost.url] });
    t.after(() => program.close());
    assert.deepEqual(await program.waitForEnd(30_000), { code: 0, signal: null });
    return program.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as ToldSpan);
  }

  it('keeps a message of amqplib that is acked by another object, and fails its span', async (t) => {
    const spans = await spansOf(t, 'plain');
    const consumed = spans.filter(({ kind }) => kind === SpanKind.CONSUMER);
    assert.deepEqual(
      consumed.map(({ by, status }) => [by, status]),
      [[instrumentation, SpanStatusCode.ERROR]],
    );
  });

  it('sees what waybill/channel publishes, and nothing of what it takes, which would fail', async (t) => {
    const spans = await spansOf(t, 'channel');
    assert.deepEqual(
      spans.map(({ kind, status }) => [kind, status]),
      [[SpanKind.PRODUCER, SpanStatusCode.UNSET]],
    );
  });

  for (const order of ['first', 'last']) {
    it(`registered ${order}: 20 messages and 5 calls have their spans once each, and none fails`, async (t) => {
      const spans = await spansOf(t, order);
      assert.deepEqual(
        spans.filter(({ by }) => by === instrumentation),
        [],
      );
      const count = (kind: SpanKind): number => spans.filter((span) => span.kind === kind).length;
      assert.deepEqual(
        [count(SpanKind.PRODUCER), count(SpanKind.CONSUMER), count(SpanKind.CLIENT)],
        [25, 25, 5],
      );
      assert.deepEqual([...new Set(spans.map(({ status }) => status))], [SpanStatusCode.UNSET]);
    });
  }
});
