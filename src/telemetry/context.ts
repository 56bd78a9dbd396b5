import type { Context, Span, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { changeProperties, type Outgoing } from '../amqp/index.js';
import type { LogFields } from '../logger.js';
import { warn } from './harmless.js';
import { lightContext } from './light-context.js';
import { fits, type Headers, traceText } from './trace-headers.js';
import type { Tracing } from './tracing.js';

const getter: TextMapGetter<Headers> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => traceText(headers, name),
};

/** The headers of a message that leaves. */
interface Carrier {
  readonly headers: Record<string, unknown>;
  isChanged: boolean;
}

/** What its sender has put there itself stays. */
const setter: TextMapSetter<Carrier> = {
  set(carrier, name, text) {
    const { headers } = carrier;
    if (Object.hasOwn(headers, name) || !fits(name, text)) return;
    carrier.isChanged = true;
    headers[name] = text;
  },
};

/** The context that this runs in. Never throws. */
export function activeContext({ ROOT_CONTEXT, context }: Tracing): Context {
  try {
    const active = context.active();
    return active === ROOT_CONTEXT ? lightContext : active;
  } catch (thrown) {
    warn(thrown);
    return lightContext;
  }
}

/** The context that a message brings along, without anything of this process. Never throws: what it says is anybody's word. */
export function contextIn({ propagation }: Tracing, headers: Headers | undefined): Context {
  try {
    return headers ? propagation.extract(lightContext, headers, getter) : lightContext;
  } catch {
    return lightContext;
  }
}

/** The message as it leaves with a context. Never throws. */
export function withContext({ propagation }: Tracing, message: Outgoing, context: Context): Outgoing {
  // n.b. not spread: on Node 20 an object that was spread takes one key more in a microsecond, this one at once.
  const headers = Object.assign({}, message.properties.headers);
  const carrier: Carrier = { headers, isChanged: false };
  try {
    propagation.inject(context, carrier, setter);
  } catch {
    return message;
  }
  if (!carrier.isChanged) return message;
  return { ...message, properties: changeProperties(message.properties, { headers }) };
}

/** Under which a span is found, for the log. */
export function logFieldsOf(span: Span): LogFields {
  const { traceId, spanId } = span.spanContext();
  // All zeros mean none.
  return /^0+$/.test(traceId) ? {} : { trace_id: traceId, span_id: spanId };
}
