// A request over HTTP brings a trace along: what its handler sends and calls goes on in that.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { context, trace } from '@opentelemetry/api';
import { type Content, GenericProducer, MessageCommand, MessageHandler, MessageProcessor } from 'waybill';
import { App, type AppOptions } from 'waybill/app';
import { withinTraceOf } from '../../../src/component/index.js';
import { useStage } from '../../support/stage/stage.js';
import { useTelemetry } from '../../support/telemetry.js';
import { until } from '../../support/until.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const stage = useStage();

/** An app that sends a message when it is asked, and what the headers of these messages say. */
async function open(t: TestContext, options: AppOptions = {}) {
  const place = await stage.place();
  const seen: (Readonly<Record<string, unknown>> | undefined)[] = [];
  class Desk extends MessageProcessor {
    @MessageHandler('command', 'order')
    order(_content: Content, { headers }: { readonly headers: Readonly<Record<string, unknown>> }) {
      seen.push(headers);
    }
  }
  class Shop extends GenericProducer {
    static override readonly eks = place.eks;
    build_message_order() {
      return new MessageCommand('order');
    }
  }
  await stage.start(t, Desk, place, { telemetry: false });
  const shop = await stage.connect(t, Shop, { telemetry: options.telemetry });
  const app = new App({ ...options, http: { port: 0 } });
  t.after(() => app.close());
  app.http.post('/orders')(async () => {
    await shop.message_order();
    return { ok: true };
  });
  await app.start();
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const before = seen.length;
    const { status } = await fetch(`${app.http.url}/orders`, { method: 'POST', headers });
    assert.equal(status, 200);
    await until(() => seen.length > before, { what: 'it has come' });
    return seen[before];
  };
  return ask;
}

describe('a request over HTTP, where nobody traces here', () => {
  it('hands its trace on to what its handler sends, with the baggage', async (t) => {
    const ask = await open(t);
    const headers = await ask({ traceparent, tracestate: 'a=1', baggage: 'tenant=acme' });
    assert.equal(headers?.['traceparent'], traceparent);
    assert.equal(headers?.['tracestate'], 'a=1');
    assert.equal(headers?.['baggage'], 'tenant=acme');
  });

  it('without a trace, or with more baggage than there may be, hands none on', async (t) => {
    const ask = await open(t);
    assert.equal((await ask({ baggage: 'tenant=acme' }))?.['baggage'], undefined);
    assert.equal((await ask({ traceparent, baggage: 'b'.repeat(8_193) }))?.['baggage'], undefined);
  });
});

describe('a request over HTTP, where an SDK is', () => {
  const telemetry = useTelemetry();

  it('is in its trace', async (t) => {
    const ask = await open(t);
    const headers = await ask({ traceparent, baggage: 'tenant=acme' });
    assert.match(String(headers?.['traceparent']), new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)`));
    assert.equal(headers?.['baggage'], 'tenant=acme');
    const [published] = await telemetry.traceOf(traceId, 1);
    assert.equal(published?.parentSpanContext?.spanId, 'b7ad6b7169203331');
  });

  it('stays in that which its instrumentation has begun', async (t) => {
    const outer = trace.getTracer('test').startSpan('POST /orders');
    t.after(() => outer.end());
    const request = { headers: new Headers({ traceparent }) };
    const active = (): unknown => trace.getSpan(context.active())?.spanContext().traceId;
    const within = (): unknown => withinTraceOf(request, { isTold: true }, active);
    assert.equal(within(), traceId);
    assert.equal(context.with(trace.setSpan(context.active(), outer), within), outer.spanContext().traceId);
  });

  it('is in none of this process where its app does not want that, and still hands its own on', async (t) => {
    const ask = await open(t, { telemetry: false });
    assert.equal((await ask({ traceparent }))?.['traceparent'], traceparent);
  });
});
