// What a sampler gets to see, and what becomes of what it does not keep.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { type Attributes, context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import {
  type Content,
  GenericProducer,
  type HandlerContext,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  RpcCommand,
  RpcHandler,
} from 'waybill';
import { suiteOwner } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

describe('a sampler', () => {
  const stage = useStage();
  const owner = suiteOwner();
  const kept = new InMemorySpanExporter();
  /** What it was asked about, and with what it has answered since. */
  const asked: { readonly name: string; readonly attributes: Attributes }[] = [];
  let answer = SamplingDecision.NOT_RECORD;

  before(() => {
    const provider = new BasicTracerProvider({
      sampler: {
        shouldSample: (_context, _traceId, name, _kind, attributes) => {
          asked.push({ name, attributes: { ...attributes } });
          return { decision: answer };
        },
        toString: () => 'a sampler that writes down',
      },
      spanProcessors: [new SimpleSpanProcessor(kept)],
    });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    owner.after(async () => {
      for (const each of [trace, context, propagation]) each.disable();
      await provider.shutdown();
    });
  });

  beforeEach(() => {
    asked.length = 0;
    kept.reset();
  });

  async function open(t: Parameters<typeof stage.connect>[0]) {
    const place = await stage.place();
    class Desk extends MessageProcessor {
      readonly traces: unknown[] = [];

      @MessageHandler('command', 'order')
      order(_content: Content<number>, { headers }: HandlerContext) {
        this.traces.push(headers['traceparent']);
      }

      @RpcHandler('command', 'price')
      price({ parameters: id }: Content<number>) {
        return id * 2;
      }
    }
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_order(id: number) {
        return new MessageCommand('order', id);
      }
      build_rpc_price(id: number) {
        return new RpcCommand<number, number>('price', id);
      }
    }
    const { processor } = await stage.start(t, Desk, place);
    const shop = await stage.connect(t, Shop);
    const { port, hostname } = new URL(stage.url);
    const { exchangeName } = place.exchange;
    const sent = {
      'messaging.system': 'rabbitmq',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': `${exchangeName}:${place.key}`,
      'messaging.rabbitmq.destination.routing_key': place.key,
      'server.address': hostname,
      'server.port': Number(port),
    };
    const taken = {
      ...sent,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': `${exchangeName}:${place.key}:${place.queue}`,
    };
    const rpc = { 'rpc.system.name': 'waybill', 'rpc.method': 'price' };
    const publish = `publish ${exchangeName}:${place.key}`;
    const process = `process ${place.queue}`;
    return { processor, shop, sent, taken, rpc, publish, process };
  }

  it('decides by where a message goes, where it comes from and what is called, before anything else is told', async (t) => {
    answer = SamplingDecision.NOT_RECORD;
    const { processor, shop, sent, taken, rpc, publish, process } = await open(t);
    await shop.message_order(1);
    await waitForLength(processor.traces, 1);
    assert.equal((await shop.rpc_price(2)).unwrap(), 4);
    const server = { 'server.address': sent['server.address'], 'server.port': sent['server.port'] };
    assert.deepEqual(asked, [
      { name: publish, attributes: sent },
      { name: process, attributes: taken },
      { name: 'price', attributes: { ...rpc, ...server } },
      { name: publish, attributes: sent },
      { name: process, attributes: { ...taken, ...rpc } },
    ]);
  });

  it('that says no has nothing kept, and its word travels with the message', async (t) => {
    answer = SamplingDecision.NOT_RECORD;
    const { processor, shop } = await open(t);
    await shop.message_order(1);
    await waitForLength(processor.traces, 1);
    await processor.drain();
    assert.match(String(processor.traces[0]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    assert.deepEqual(kept.getFinishedSpans(), []);
  });

  it('that says yes has all of it kept', async (t) => {
    answer = SamplingDecision.RECORD_AND_SAMPLED;
    const { processor, shop, publish, process } = await open(t);
    await shop.message_order(1);
    await waitForLength(processor.traces, 1);
    await processor.drain();
    assert.match(String(processor.traces[0]), /-01$/);
    const spans = kept.getFinishedSpans();
    assert.deepEqual(spans.map(({ name }) => name).sort(), [process, publish]);
    for (const { attributes } of spans) assert.equal(attributes['waybill.name'], 'order');
  });
});
