import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { briefOf } from '../common/told-error.js';
import { errorType } from './attributes.js';
import type { Figures } from './figures.js';
import { harmless } from './harmless.js';
import { noSpan, type Tracing } from './tracing.js';

/** What is told by. */
export interface Instruments {
  readonly api: Tracing;
  readonly tracer: Pick<Tracer, 'startSpan'>;
  /** Undefined where nobody takes any. */
  readonly figures: Figures | undefined;
}

/**
 * Begins a span; one of nothing where the SDK cannot.
 * @param details what no sampler decides by: made only where the span is kept, since most may not be.
 */
export function startSpan(
  { tracer }: Instruments,
  name: string,
  options: SpanOptions,
  parent: Context,
  details: () => Attributes,
): Span {
  const span = harmless(() => tracer.startSpan(name, options, parent), noSpan);
  harmless(() => {
    if (span.isRecording()) span.setAttributes(details());
  }, undefined);
  return span;
}

/** Marks a span as failed, in words that hold no passwords. What steers is no failure. */
export function fail({ SpanStatusCode }: Tracing, span: Span, thrown: unknown): void {
  const type = span.isRecording() ? errorType(thrown) : undefined;
  if (type === undefined) return;
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: briefOf(thrown) });
}
