import { before } from 'node:test';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Owner } from './broker.js';
import { suiteOwner } from './broker.js';
import { until } from './until.js';

/** What an SDK of OpenTelemetry has taken, in the memory of a test. */
export class RecordedTelemetry {
  readonly #spans = new InMemorySpanExporter();
  readonly #figures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#figures,
    exportIntervalMillis: 3_600_000,
  });

  /** Registers an SDK for the process; what is registered is taken away with the owner. */
  register(owner: Owner): void {
    const spanProcessors = [new SimpleSpanProcessor(this.#spans)];
    const provider = new BasicTracerProvider({ spanProcessors });
    const meters = new MeterProvider({ readers: [this.#reader] });
    trace.setGlobalTracerProvider(provider);
    metrics.setGlobalMeterProvider(meters);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    owner.after(async () => {
      for (const each of [trace, metrics, context, propagation]) each.disable();
      await Promise.all([provider.shutdown(), meters.shutdown()]);
    });
  }

  /** All spans that have ended, in the order of their ends. */
  get spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The spans of one trace, when there are so many of them. */
  async traceOf(traceId: string, count: number): Promise<readonly ReadableSpan[]> {
    const found = (): readonly ReadableSpan[] =>
      this.spans.filter((span) => span.spanContext().traceId === traceId);
    await until(() => found().length >= count, { what: `there are ${count} spans in the trace` });
    return found();
  }

  /** What was measured until now, by name. */
  async figures(): Promise<ReadonlyMap<string, MetricData>> {
    this.#figures.reset();
    await this.#reader.forceFlush();
    const metrics = this.#figures
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
    return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
  }
}

/** An SDK for all tests of a file or of a `describe`. */
export function useTelemetry(): RecordedTelemetry {
  const owner = suiteOwner();
  const telemetry = new RecordedTelemetry();
  before(() => telemetry.register(owner));
  return telemetry;
}

/** A trace as people draw it: a line for each span, below the one that it is part of. */
export function drawn(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanContext: of }) =>
        parent === undefined ? !of || !ids.has(of.spanId) : of?.spanId === parent,
      )
      .sort((one, other) => one.startTime[0] - other.startTime[0] || one.startTime[1] - other.startTime[1])
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name}`,
        ...below(span.spanContext().spanId, depth + 1),
      ]);
  return below(undefined, 0);
}
