// What an SDK of OpenTelemetry gets to see, by the semantic conventions 1.44.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  type Content,
  type Eks,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  RejectMessage,
  RpcCommand,
  RpcHandler,
} from 'waybill';
import { FailedQueue, Link } from '../../../src/amqp/index.js';
import { uniqueName } from '../../support/broker.js';
import { Gate } from '../../support/stage/gate.js';
import { useStage } from '../../support/stage/stage.js';
import { drawn, useTelemetry } from '../../support/telemetry.js';
import { until } from '../../support/until.js';

function shopOf(eks: Eks) {
  return class Shop extends GenericProducer {
    static override readonly eks = eks;

    build_message_order(id: number) {
      return new MessageCommand('order', id);
    }

    build_rpc_price(id: number) {
      return new RpcCommand<number, number>('price', id);
    }

    build_rpc_nothing() {
      return new RpcCommand<null>('nothing', null);
    }
  };
}

class Desk extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 10 };
  readonly orders: number[] = [];

  @MessageHandler('command', 'order')
  order({ parameters: id }: Content<number>) {
    this.orders.push(id);
    if (id === 13) throw new Error('thirteen is not sold');
    if (id === 14) throw new RejectMessage();
  }

  @RpcHandler('command', 'price')
  price({ parameters: id }: Content<number>) {
    if (id === 13) throw new RangeError('thirteen has no price');
    return id * 2;
  }
}

describe('a trace', () => {
  const stage = useStage();
  const telemetry = useTelemetry();
  const tracer = trace.getTracer('test');

  /** Does something as part of a trace of its own, and gives that trace, when it has so many spans beside the first. */
  async function traced(count: number, work: () => Promise<unknown>): Promise<readonly ReadableSpan[]> {
    const traceId = await tracer.startActiveSpan('request', async (span) => {
      await work().finally(() => span.end());
      return span.spanContext().traceId;
    });
    return await telemetry.traceOf(traceId, count + 1);
  }

  const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
    const found = spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${found.length} spans '${name}' in ${spans.map((span) => span.name)}`);
    return found[0] as ReadableSpan;
  };

  it('H-E1: has a message as two spans: published until its confirm, and processed until it is settled', async (t) => {
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const shop = await stage.connect(t, shopOf(place.eks));
    const spans = await traced(2, () => shop.message_order(1));
    const { exchangeName } = place.exchange;
    const queue = place.queue;
    const published = named(spans, `publish ${exchangeName}:${place.key}`);
    const processed = named(spans, `process ${queue}`);
    assert.deepEqual(drawn(spans), ['request', `  ${published.name}`, `    ${processed.name}`]);
    assert.deepEqual([published.kind, processed.kind], [SpanKind.PRODUCER, SpanKind.CONSUMER]);
    const { port, hostname } = new URL(stage.url);
    const everywhere = {
      'messaging.system': 'rabbitmq',
      'messaging.rabbitmq.destination.routing_key': place.key,
      'server.address': hostname,
      'server.port': Number(port),
      'waybill.name': 'order',
    };
    const id = published.attributes['messaging.message.id'];
    assert.match(String(id), /^[\w-]+\.\d+$/);
    const { 'messaging.client.id': client, ...sent } = published.attributes;
    assert.match(String(client), /^Shop@\S+ \d+$/);
    assert.deepEqual(sent, {
      ...everywhere,
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': `${exchangeName}:${place.key}`,
      'messaging.message.id': id,
    });
    const { 'messaging.client.id': taker, 'waybill.sender': sender, ...taken } = processed.attributes;
    assert.match(String(taker), /^Desk@\S+ \d+$/);
    assert.equal(sender, 'Shop');
    assert.deepEqual(taken, {
      ...everywhere,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': `${exchangeName}:${place.key}:${queue}`,
      'messaging.message.id': id,
      'messaging.rabbitmq.message.delivery_tag': 1,
      'waybill.attempt': 1,
      'waybill.delivery_count': 0,
      'waybill.fate': 'acked',
    });
    assert.deepEqual(
      processed.links.map(({ context }) => context.spanId),
      [published.spanContext().spanId],
    );
    assert.equal(published.instrumentationScope.schemaUrl, 'https://opentelemetry.io/schemas/1.44.0');
  });

  it('has a call as one span around its attempts, and the work of its server below them', async (t) => {
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const shop = await stage.connect(t, shopOf(place.eks));
    const spans = await traced(3, async () => assert.equal((await shop.rpc_price(4)).unwrap(), 8));
    const publish = `publish ${place.exchange.exchangeName}:${place.key}`;
    assert.deepEqual(drawn(spans), ['request', '  price', `    ${publish}`, `      process ${place.queue}`]);
    const call = named(spans, 'price');
    assert.equal(call.kind, SpanKind.CLIENT);
    assert.equal(call.status.code, SpanStatusCode.UNSET);
    const served = named(spans, `process ${place.queue}`);
    for (const { attributes } of [call, served])
      assert.deepEqual(
        [attributes['rpc.system.name'], attributes['rpc.method'], attributes['rpc.status_code']],
        ['waybill', 'price', 'OK'],
      );
    assert.deepEqual(
      served.events.map(({ name, attributes }) => [name, attributes?.['waybill.fate']]),
      [
        ['reply', undefined],
        ['settled', 'acked'],
      ],
    );
    const attempt = named(spans, publish).attributes;
    assert.equal(attempt['waybill.attempt'], 1);
    assert.equal(attempt['messaging.message.conversation_id'], attempt['messaging.message.id']);
  });

  it('tells on both sides how a call has failed', async (t) => {
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const shop = await stage.connect(t, shopOf(place.eks));
    const spans = await traced(3, async () => assert.equal((await shop.rpc_price(13)).ok, false));
    const [call, served] = [named(spans, 'price'), named(spans, `process ${place.queue}`)];
    assert.deepEqual(
      [call.attributes['error.type'], call.attributes['rpc.status_code']],
      ['REMOTE', 'REMOTE'],
    );
    assert.deepEqual(
      [served.attributes['error.type'], served.attributes['rpc.status_code']],
      ['RangeError', 'RangeError'],
    );
    for (const { status } of [call, served]) {
      assert.equal(status.code, SpanStatusCode.ERROR);
      assert.match(status.message ?? '', /thirteen has no price/);
    }
  });

  it('has each attempt of a call that nobody takes, and its code', async (t) => {
    const place = await stage.place();
    const eks: Eks = [[place.exchange, 'nowhere']];
    const shop = await stage.connect(t, shopOf(eks));
    const settings = { timeoutMs: 400, attemptTimeoutMs: 100, maxRetry: 1 };
    const spans = await traced(3, () => shop.with(settings).rpc_nothing());
    const call = named(spans, 'nothing');
    assert.equal(call.attributes['error.type'], 'UNROUTABLE');
    const attempts = spans.filter(({ name }) => name.startsWith('publish '));
    assert.deepEqual(
      attempts.map(({ attributes }) => [attributes['waybill.attempt'], attributes['error.type']]),
      [
        [1, 'UNROUTABLE'],
        [2, 'UNROUTABLE'],
      ],
    );
    for (const { parentSpanContext } of attempts)
      assert.equal(parentSpanContext?.spanId, call.spanContext().spanId);
  });

  it('goes on through retry, parking and a replay', async (t) => {
    const place = await stage.place();
    const queue = place.queue;
    const { processor } = await stage.start(t, Desk, {
      eqks: [[place.exchange, [[`${queue}.kept`, 'kept']]]],
    });
    const shop = await stage.connect(t, shopOf([[place.exchange, 'kept']]));
    const spans = await traced(5, () => shop.message_order(13));
    const kept = `${queue}.kept`;
    assert.deepEqual(drawn(spans), [
      'request',
      `  publish ${place.exchange.exchangeName}:kept`,
      `    process ${kept}`,
      `      publish ${kept}.retry.10`,
      `        process ${kept}`,
      `          publish ${kept}.failed`,
    ]);
    const [first, last] = spans.filter(({ name }) => name === `process ${kept}`);
    assert.deepEqual(
      [first, last].map((span) => [span?.attributes['waybill.fate'], span?.attributes['waybill.attempt']]),
      [
        ['retried', 1],
        ['parked', 2],
      ],
    );
    assert.equal(last?.attributes['error.type'], 'Error');
    assert.equal(processor.orders.length, 2);
    const link = Link.acquire({ url: stage.url });
    t.after(() => link.close());
    await new FailedQueue(link, kept).replay(() => true);
    const parked = named(spans, `publish ${kept}.failed`).spanContext();
    const all = await telemetry.traceOf(parked.traceId, 7);
    const replayed = all.find(({ parentSpanContext }) => parentSpanContext?.spanId === parked.spanId);
    assert.equal(replayed?.name, `process ${kept}`);
    assert.equal(processor.orders.length, 3);
  });

  it('names queues that a broker has named by what they have in common', async (t) => {
    const { queue } = await stage.side.onChannel((channel) => channel.assertQueue('', { autoDelete: false }));
    const exchange = class extends Exchange {
      static override readonly exchangeName = uniqueName('exchange');
    };
    await stage.start(t, Desk, { eqks: [[exchange, [[{ name: queue, flags: { passive: true } }, 'key']]]] });
    const shop = await stage.connect(t, shopOf([[exchange, 'key']]));
    const spans = await traced(2, () => shop.message_order(1));
    const { attributes } = named(spans, 'process amq.gen');
    assert.equal(attributes['messaging.destination.name'], `${exchange.exchangeName}:key:amq.gen`);
    assert.equal(attributes['messaging.destination.anonymous'], true);
    assert.equal(attributes['messaging.destination.temporary'], true);
  });

  it('does not call a refusal a failure', async (t) => {
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const shop = await stage.connect(t, shopOf(place.eks));
    const spans = await traced(2, () => shop.message_order(14));
    const processed = named(spans, `process ${place.queue}`);
    assert.equal(processed.attributes['waybill.fate'], 'rejected');
    assert.equal(processed.attributes['error.type'], undefined);
    assert.equal(processed.status.code, SpanStatusCode.UNSET);
  });

  it('comes with what runs and waits when figures are read', async (t) => {
    const place = await stage.place();
    const gate = new Gate();
    class Slow extends MessageProcessor {
      @MessageHandler('command', 'order')
      async order() {
        await gate.opened;
      }
    }
    await stage.start(t, Slow, place);
    t.after(() => gate.open());
    const shop = await stage.connect(t, shopOf(place.eks));
    for (const id of [1, 2, 3]) await shop.message_order(id);
    const load = async (name: string): Promise<unknown> => {
      const points = (await telemetry.figures()).get(name)?.dataPoints ?? [];
      return points.find(({ attributes }) => attributes['messaging.destination.name'] === place.queue)?.value;
    };
    await until(async () => (await load('waybill.waiting')) === 2, { what: 'two wait' });
    assert.equal(await load('waybill.inflight'), 1);
    const figures = await telemetry.figures();
    for (const name of ['waybill.outbox.messages', 'waybill.unconfirmed', 'waybill.reconnects'])
      assert.equal(figures.get(name)?.dataPoints[0]?.value, 0, name);
    gate.open();
    await until(async () => (await load('waybill.inflight')) === 0, { what: 'nothing runs' });
  });

  it('is measured, by the names of the conventions', async (t) => {
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const shop = await stage.connect(t, shopOf(place.eks));
    await traced(2, () => shop.message_order(1));
    const figures = await until(
      async () => {
        const all = await telemetry.figures();
        return all.has('messaging.process.duration') ? all : undefined;
      },
      { what: 'there are figures' },
    );
    for (const name of [
      'messaging.client.operation.duration',
      'messaging.client.sent.messages',
      'messaging.client.consumed.messages',
      'messaging.process.duration',
      'waybill.message.age',
    ]) {
      const points = figures.get(name)?.dataPoints ?? [];
      const names = [`${place.exchange.exchangeName}:${place.key}`, place.queue];
      const own = points.filter(({ attributes }) =>
        names.includes(String(attributes['messaging.destination.name'])),
      );
      assert.equal(own.length, 1, name);
    }
  });
});
