// The other styles, and who wants nothing of it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { propagation, SpanKind, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type Content, GenericProducer, MessageCommand, MessageHandler, MessageProcessor } from 'waybill';
import { MessageSender } from 'waybill/registry';
import { QueueProducer, RpcClient } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { drawn, useTelemetry } from '../../support/telemetry.js';
import { until } from '../../support/until.js';
import { newApp, newQueue } from '../app/app-stage.js';
import { CreateUser, newRegistries } from '../registry/registries.js';
import { startQueueWorker, startRpcWorker } from '../workers/start.js';

describe('traces of other styles', () => {
  const stage = useStage();
  const telemetry = useTelemetry();
  const tracer = trace.getTracer('test');

  async function within<T>(work: () => Promise<T>): Promise<{ readonly id: string; readonly given: T }> {
    return await tracer.startActiveSpan('request', async (span) => {
      const given = await work().finally(() => span.end());
      return { id: span.spanContext().traceId, given };
    });
  }

  async function traced(count: number, work: () => Promise<unknown>): Promise<readonly ReadableSpan[]> {
    return await telemetry.traceOf((await within(work)).id, count + 1);
  }

  it('workers: a task, and a call', async (t) => {
    const [tasks, calls] = [uniqueName('tasks'), uniqueName('calls')];
    await startQueueWorker(t, stage, tasks, () => {});
    await startRpcWorker(t, stage, calls, () => 'answer');
    const producer = new QueueProducer({ url: stage.url });
    const client = new RpcClient({ url: stage.url });
    t.after(() => Promise.all([producer.close(), client.close()]));
    const posted = await traced(2, () => producer.publish(tasks, { a: 1 }));
    assert.deepEqual(drawn(posted), ['request', `  publish ${tasks}`, `    process ${tasks}`]);
    const called = await traced(3, async () =>
      assert.equal((await client.call(calls, 1)).unwrap(), 'answer'),
    );
    assert.deepEqual(drawn(called), [
      'request',
      `  ${calls}`,
      `    publish ${calls}`,
      `      process ${calls}`,
    ]);
  });

  it('registry: a message by its key', async (t) => {
    const { queue, handlers, consumers } = newRegistries(t, stage);
    handlers.register('create', CreateUser)(() => {});
    await consumers.register(queue, 'key');
    const sender = new MessageSender('key', { url: stage.url });
    t.after(() => sender.close());
    const sent = await traced(2, () => sender.send(queue, 'create', { name: 'Ada', age: 36 }));
    assert.deepEqual(drawn(sent), ['request', `  publish ${queue}`, `    process ${queue}`]);
  });

  it('app: a batch has a span of its own, with a link to each message; one alone is as any other', async (t) => {
    const queue = await newQueue(stage);
    const seen: unknown[][] = [];
    const { app, connection } = newApp(t, stage);
    app.amqp.consume(queue, { bulkSize: 3, flushIntervalMs: 500 })((messages) => {
      seen.push(messages.map(({ body }) => body));
    });
    await app.start();
    const put = (data: number) => connection.put({ routingKey: queue, data });
    const { id } = await within(() => Promise.all([1, 2, 3].map(put)));
    await waitForLength(seen, 1);
    assert.equal(seen[0]?.length, 3);
    const batch = await until(
      () => telemetry.spans.find((span) => span.name === `process ${queue}` && span.links.length === 3),
      { what: 'the batch has ended' },
    );
    assert.equal(batch.attributes['messaging.batch.message_count'], 3);
    assert.deepEqual([...new Set(batch.links.map(({ context }) => context.traceId))], [id]);
    assert.notEqual(batch.spanContext().traceId, id);
    const alone = await traced(2, () => put(4));
    assert.deepEqual(drawn(alone), ['request', `  publish ${queue}`, `    process ${queue}`]);
  });

  it('a component that wants nothing of it is not told of, and what it handles in a trace goes on in that', async (t) => {
    const [first, second] = [await stage.place(), await stage.place()];
    class Next extends GenericProducer {
      static override readonly eks = second.eks;
      static override readonly telemetry = false;
      build_message_b() {
        return new MessageCommand('b');
      }
    }
    const next = await stage.connect(t, Next);
    class Between extends MessageProcessor {
      static override readonly telemetry = false;
      @MessageHandler('command', 'a')
      async a() {
        await next.message_b();
      }
    }
    class Last extends MessageProcessor {
      readonly baggage: (string | undefined)[] = [];
      @MessageHandler('command', 'b')
      b(_content: Content) {
        const all = propagation.getActiveBaggage();
        this.baggage.push(all?.getEntry('tenant')?.value);
      }
    }
    await stage.start(t, Between, first);
    const { processor } = await stage.start(t, Last, second);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await first.send(
      { type: 'command', category: 'message', name: 'a', content: {} },
      { headers: { traceparent, baggage: Buffer.from('tenant=acme') } },
    );
    const spans = await telemetry.traceOf('0af7651916cd43dd8448eb211c80319c', 1);
    assert.deepEqual(
      spans.map(({ name, kind }) => [name, kind]),
      [[`process ${second.queue}`, SpanKind.CONSUMER]],
    );
    assert.deepEqual(processor.baggage, ['acme']);
  });

  it('what is no trace changes nothing', async (t) => {
    const place = await stage.place();
    class Desk extends MessageProcessor {
      readonly seen: unknown[] = [];
    }
    Desk.handle('command', 'work', function ({ parameters }: Content) {
      this.seen.push(parameters);
    });
    const { processor, log } = await stage.start(t, Desk, place);
    const strange = [
      { a: 1 },
      'nonsense',
      '00-1-2-3',
      Buffer.alloc(9_000, 'a'),
      null,
      7,
      ['00-', '01'],
      'x'.repeat(9_000),
    ];
    for (const [at, each] of strange.entries())
      await place.command('work', at, { headers: { traceparent: each, tracestate: each, baggage: each } });
    await waitForLength(processor.seen, strange.length);
    await processor.drain();
    assert.deepEqual(log.errors, []);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
  });
});
