import type { Context, Span, Tracer } from '@opentelemetry/api';
import { lightContext } from './light-context.js';
import type { OpenTelemetry } from './sdk.js';

/** What of OpenTelemetry's API is used for spans. */
export interface Tracing extends Pick<OpenTelemetry, 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode'> {
  readonly trace: Pick<OpenTelemetry['trace'], 'setSpan' | 'getSpanContext'>;
  readonly context: {
    active(): Context;
    with<T>(context: Context, work: () => T): T;
  };
  readonly propagation: Pick<OpenTelemetry['propagation'], 'extract' | 'inject'>;
}

const spanContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };

/** A span of nothing. */
export const noSpan: Span = {
  spanContext: () => spanContext,
  isRecording: () => false,
  setAttribute: () => noSpan,
  setAttributes: () => noSpan,
  addEvent: () => noSpan,
  addLink: () => noSpan,
  addLinks: () => noSpan,
  setStatus: () => noSpan,
  updateName: () => noSpan,
  recordException: () => {},
  end: () => {},
};

/** Takes no spans, for a process that measures only, where the package may not be there. */
export const noTracer: Pick<Tracer, 'startSpan'> = { startSpan: () => noSpan };

/** Knows of no traces. The numbers are those of the API, which does not change them. */
export const noTracing: Tracing = {
  ROOT_CONTEXT: lightContext,
  SpanKind: { INTERNAL: 0, SERVER: 1, CLIENT: 2, PRODUCER: 3, CONSUMER: 4 } as unknown as Tracing['SpanKind'],
  SpanStatusCode: { UNSET: 0, OK: 1, ERROR: 2 } as unknown as Tracing['SpanStatusCode'],
  trace: { setSpan: (context) => context, getSpanContext: () => undefined },
  context: { active: () => lightContext, with: (_context, work) => work() },
  propagation: { extract: (context) => context, inject: () => {} },
};
