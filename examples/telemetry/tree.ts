import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/**
 * Registers an SDK that keeps spans, and gives them. A service registers `@opentelemetry/sdk-node` instead, once, in a file that is loaded
 * first; nothing else of it knows of that.
 */
export function keepSpans(): () => readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return () => exporter.getFinishedSpans();
}

/** A trace as a tree: each span below what it is part of, in the order in which they began. */
export function treeOf(spans: readonly ReadableSpan[], parent?: string, indent = ''): string {
  return spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
    .sort((one, other) => millisecondsOf(one.startTime) - millisecondsOf(other.startTime))
    .map((span) => `${indent}${lineOf(span)}\n${treeOf(spans, span.spanContext().spanId, `${indent}  `)}`)
    .join('');
}

function lineOf({ name, duration, attributes }: ReadableSpan): string {
  const told = [attributes['waybill.fate'], attributes['error.type']].filter((each) => each !== undefined);
  return `${name} (${[`${millisecondsOf(duration).toFixed(1)} ms`, ...told].join(', ')})`;
}

function millisecondsOf([seconds, nanoseconds]: ReadableSpan['duration']): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
