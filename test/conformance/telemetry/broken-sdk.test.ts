// An SDK that throws is nobody's business but its own: messages are sent, handled and settled as without it.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  type ContextManager,
  context,
  type MeterProvider,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import {
  type Content,
  GenericProducer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  RpcCommand,
  RpcHandler,
} from 'waybill';
import { useStage, waitForLength } from '../../support/stage/stage.js';

const broken = (): never => {
  throw new Error('the SDK is broken');
};

/** Spans of which one method throws. */
function spansWithout(method: keyof Span): TracerProvider {
  const span = new Proxy({} as Span, {
    get: (_, name) => {
      if (name === method) return broken;
      if (name === 'spanContext')
        return () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
      return name === 'isRecording' ? () => true : () => span;
    },
  });
  return { getTracer: () => ({ startSpan: () => span, startActiveSpan: broken }) };
}

const metersThatThrow = {
  getMeter: () => ({
    createHistogram: () => ({ record: broken }),
    createCounter: () => ({ add: broken }),
    createObservableGauge: () => ({}),
    createObservableCounter: () => ({}),
    addBatchObservableCallback() {},
  }),
} as unknown as MeterProvider;

const managerThatThrows: ContextManager = {
  active: broken,
  with: broken,
  bind: broken,
  enable: () => managerThatThrows,
  disable: () => managerThatThrows,
};

const propagatorThatThrows: TextMapPropagator = { inject: broken, extract: broken, fields: () => [] };

const working = spansWithout('recordException');

/** What is registered, by what throws. */
const breaks: Readonly<Record<string, () => unknown>> = {
  'getting a tracer': () => trace.setGlobalTracerProvider({ getTracer: broken }),
  'beginning a span': () =>
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) }),
  'the context of a span': () => trace.setGlobalTracerProvider(spansWithout('spanContext')),
  'setting an attribute': () => trace.setGlobalTracerProvider(spansWithout('setAttribute')),
  'setting attributes': () => trace.setGlobalTracerProvider(spansWithout('setAttributes')),
  'asking whether a span is kept': () => trace.setGlobalTracerProvider(spansWithout('isRecording')),
  'adding an event': () => trace.setGlobalTracerProvider(spansWithout('addEvent')),
  'ending a span': () => trace.setGlobalTracerProvider(spansWithout('end')),
  measuring: () => metrics.setGlobalMeterProvider(metersThatThrow),
  'the context manager': () => {
    trace.setGlobalTracerProvider(working);
    context.setGlobalContextManager(managerThatThrows);
  },
  'the propagator': () => {
    trace.setGlobalTracerProvider(working);
    propagation.setGlobalPropagator(propagatorThatThrows);
  },
};

describe('an SDK that throws', () => {
  const stage = useStage();
  afterEach(() => {
    for (const each of [trace, metrics, context, propagation]) each.disable();
  });

  for (const [what, register] of Object.entries(breaks)) {
    it(`at ${what}: what is sent is stored, what comes is handled, tried again and answered`, async (t) => {
      const place = await stage.place();
      class Desk extends MessageProcessor {
        static override readonly retry = { attempts: 2, delayMs: 10 };
        readonly seen: unknown[] = [];
        @MessageHandler('command', 'order')
        order({ parameters: id }: Content<number>) {
          this.seen.push(id);
          if (this.seen.length === 1) throw new Error('once more');
        }

        @RpcHandler('command', 'price')
        price() {
          return 4;
        }
      }
      class Shop extends GenericProducer {
        static override readonly eks = place.eks;
        build_message_order(id: number) {
          return new MessageCommand('order', id);
        }
        build_rpc_price() {
          return new RpcCommand<number>('price');
        }
      }
      register();
      const { processor, log } = await stage.start(t, Desk, place);
      const shop = await stage.connect(t, Shop);
      await shop.message_order(1);
      assert.equal((await shop.rpc_price()).unwrap(), 4);
      await waitForLength(processor.seen, 2);
      await processor.drain();
      assert.deepEqual(processor.seen, [1, 1]);
      assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
      assert.deepEqual(log.errors, []);
      assert.equal(trace.getSpanContext(ROOT_CONTEXT), undefined);
    });
  }
});
