import type { Context, Span, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { changeProperties, type Outgoing } from '../amqp/index.js';
import type { LogFields } from '../logger.js';
import { fits, type Headers, traceText } from './trace-headers.js';
import type { Tracing } from './tracing.js';

const getter: TextMapGetter<Headers> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => traceText(headers, name),
};

/** What its sender has put there itself stays. */
const setter: TextMapSetter<Record<string, unknown>> = {
  set(headers, name, text) {
    if (!Object.hasOwn(headers, name) && fits(name, text)) headers[name] = text;
  },
};

/** The context that a message brings along, without anything of this process. Never throws: what it says is anybody's word. */
export function contextIn({ ROOT_CONTEXT, propagation }: Tracing, headers: Headers | undefined): Context {
  try {
    return headers ? propagation.extract(ROOT_CONTEXT, headers, getter) : ROOT_CONTEXT;
  } catch {
    return ROOT_CONTEXT;
  }
}

/** The message as it leaves with a context. Never throws. */
export function withContext({ propagation }: Tracing, message: Outgoing, context: Context): Outgoing {
  const headers: Record<string, unknown> = { ...message.properties.headers };
  try {
    propagation.inject(context, headers, setter);
  } catch {
    return message;
  }
  const isChanged = Object.keys(headers).length > 0;
  return isChanged ? { ...message, properties: changeProperties(message.properties, { headers }) } : message;
}

/** Under which a span is found, for the log. */
export function logFieldsOf(span: Span): LogFields {
  const { traceId, spanId } = span.spanContext();
  // All zeros mean none.
  return /^0+$/.test(traceId) ? {} : { trace_id: traceId, span_id: spanId };
}
