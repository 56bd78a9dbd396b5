import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { briefOf } from '../common/told-error.js';
import { errorType } from './attributes.js';
import type { Figures } from './figures.js';
import { harmless } from './harmless.js';
import { noSpan, type Tracing } from './tracing.js';

/** What is told by. */
export interface Instruments {
  readonly api: Tracing;
  readonly tracer: Pick<Tracer, 'startSpan'>;
  readonly figures: Figures;
}

/** Begins a span; one of nothing where the SDK cannot. */
export function startSpan(
  { tracer }: Instruments,
  name: string,
  options: SpanOptions,
  parent: Context,
): Span {
  return harmless(() => tracer.startSpan(name, options, parent), noSpan);
}

/** Marks a span as failed, in words that hold no passwords. What steers is no failure. */
export function fail({ SpanStatusCode }: Tracing, span: Span, thrown: unknown): void {
  const type = span.isRecording() ? errorType(thrown) : undefined;
  if (type === undefined) return;
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: briefOf(thrown) });
}
