import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { briefOf } from '../common/told-error.js';
import { errorType } from './attributes.js';
import type { Figures } from './figures.js';
import { warn } from './harmless.js';
import { noSpan, type Tracing } from './tracing.js';

/** What is told by. */
export interface Instruments {
  readonly api: Tracing;
  readonly tracer: Pick<Tracer, 'startSpan'>;
  /** Undefined where nobody takes any. */
  readonly figures: Figures | undefined;
}

/** Begins a span; one of nothing where the SDK cannot. */
export function startSpan(
  { tracer }: Instruments,
  name: string,
  options: SpanOptions,
  parent: Context,
): Span {
  try {
    return tracer.startSpan(name, options, parent);
  } catch (thrown) {
    warn(thrown);
    return noSpan;
  }
}

/** Whether a span is kept. Most may not be: what no sampler decides by is made for those only that are. */
export function isKept(span: Span): boolean {
  try {
    return span.isRecording();
  } catch (thrown) {
    warn(thrown);
    return false;
  }
}

/** Tells more of a span that is kept. */
export function describe(span: Span, attributes: Attributes): void {
  try {
    span.setAttributes(attributes);
  } catch (thrown) {
    warn(thrown);
  }
}

/** Marks a span as failed, in words that hold no passwords. What steers is no failure. */
export function fail({ SpanStatusCode }: Tracing, span: Span, thrown: unknown): void {
  const type = span.isRecording() ? errorType(thrown) : undefined;
  if (type === undefined) return;
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: briefOf(thrown) });
}
