import type { Context, Link } from '@opentelemetry/api';
import type { Outgoing, Watched } from '../amqp/index.js';
import { messageAttributes, type Place, withRoutingKey } from './attributes.js';
import { withContext } from './context.js';
import { sentTo } from './destinations.js';
import { harmless } from './harmless.js';
import { fail, type Instruments, startSpan } from './instruments.js';

/** What of a message leaves. */
export interface Leaving {
  readonly place: Place;
  /** What it is, for people; null where it has no name. */
  readonly name: string | null;
  /** Which attempt of a call it is, from 1. */
  readonly attempt?: number | undefined;
  readonly links?: Link[] | undefined;
}

/** Follows the copy of a message: it belongs to what makes the copy, and where nobody traces to what the message belongs to. */
export function publishingCopy(
  instruments: Instruments,
  parent: Context,
  copy: Outgoing,
  leaving: Leaving,
): Watched {
  const { traceparent: before, tracestate: _state, ...headers } = { ...copy.properties.headers };
  const own = { ...copy, properties: { ...copy.properties, headers } };
  const watched = publishing(instruments, parent, own, leaving);
  const isTraced = before === undefined || watched.message.properties.headers?.['traceparent'] !== undefined;
  return isTraced ? watched : { message: copy, end: watched.end };
}

/** Follows one message until its confirm: a PRODUCER span, whose context travels with the message. */
export function publishing(
  instruments: Instruments,
  parent: Context,
  message: Outgoing,
  { place, name, attempt, links }: Leaving,
): Watched {
  const { api, figures } = instruments;
  const begunAt = performance.now();
  const destination = sentTo(place, message);
  const { hasOwnKey, routingKey } = message;
  const attributes = hasOwnKey ? withRoutingKey(destination.attributes, routingKey) : destination.attributes;
  const kind = api.SpanKind.PRODUCER;
  const options = links ? { kind, attributes, links } : { kind, attributes };
  const span = startSpan(instruments, destination.spanName, options, parent, () => {
    const { isTemporary } = destination;
    const { messageId: id, correlationId } = message.properties;
    const details = messageAttributes(place, { id, correlationId, name, isTemporary });
    if (attempt !== undefined) details['waybill.attempt'] = attempt;
    return details;
  });
  const end = (thrown?: unknown): void => {
    figures?.published(destination.figures, begunAt, thrown);
    harmless(() => {
      if (thrown !== undefined) fail(api, span, thrown);
      span.end();
    }, undefined);
  };
  return { message: withContext(api, message, api.trace.setSpan(parent, span)), end };
}
