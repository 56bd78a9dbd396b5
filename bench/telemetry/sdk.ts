// Registers an SDK of OpenTelemetry before a candidate begins: `node --import`, WAYBILL_BENCH_SAMPLER chooses what it keeps.
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';

/** Takes all at once: what is measured is the process that makes them. */
const nowhere: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => {},
};

const keepsAll = process.env['WAYBILL_BENCH_SAMPLER'] === 'all';
const root = keepsAll ? new AlwaysOnSampler() : new AlwaysOffSampler();
const spanProcessors = keepsAll ? [new BatchSpanProcessor(nowhere)] : [];
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ sampler: new ParentBasedSampler({ root }), spanProcessors }),
);
