import type { Attributes, Context, Link, Span, SpanOptions } from '@opentelemetry/api';
import type { Outgoing, Watched } from '../amqp/index.js';
import { messageAttributes, type Place, withRoutingKey } from './attributes.js';
import { withContext } from './context.js';
import { type Destination, sentTo } from './destinations.js';
import { warn } from './harmless.js';
import { describe, fail, type Instruments, isKept, startSpan } from './instruments.js';

/** What of a message leaves. */
export interface Leaving {
  readonly place: Place;
  /** What it is, for people; null where it has no name. */
  readonly name: string | null;
  /** Which attempt of a call it is, from 1. */
  readonly attempt?: number | undefined;
  readonly links?: Link[] | undefined;
}

/** Follows one message until its confirm: a PRODUCER span, whose context travels with the message. */
export class Sending implements Watched {
  readonly message: Outgoing;
  readonly #instruments: Instruments;
  readonly #destination: Destination;
  readonly #span: Span;
  readonly #begunAt = performance.now();

  constructor(instruments: Instruments, parent: Context, message: Outgoing, leaving: Leaving) {
    const { api } = instruments;
    const destination = sentTo(leaving.place, message);
    const options = optionsOf(api.SpanKind.PRODUCER, destination, message, leaving);
    const span = startSpan(instruments, destination.spanName, options, parent);
    if (isKept(span)) describe(span, detailsOf(destination, message, leaving));
    this.message = withContext(api, message, api.trace.setSpan(parent, span));
    this.#instruments = instruments;
    this.#destination = destination;
    this.#span = span;
  }

  end(thrown?: unknown): void {
    const { api, figures } = this.#instruments;
    figures?.published(this.#destination.figures, this.#begunAt, thrown);
    try {
      if (thrown !== undefined) fail(api, this.#span, thrown);
      this.#span.end();
    } catch (failed) {
      warn(failed);
    }
  }
}

/** Follows the copy of a message: it belongs to what makes the copy, and where nobody traces to what the message belongs to. */
export function sendingCopy(
  instruments: Instruments,
  parent: Context,
  copy: Outgoing,
  leaving: Leaving,
): Watched {
  const { traceparent: before, tracestate: _state, ...headers } = { ...copy.properties.headers };
  const own = { ...copy, properties: { ...copy.properties, headers } };
  const sending = new Sending(instruments, parent, own, leaving);
  const isTraced = before === undefined || sending.message.properties.headers?.['traceparent'] !== undefined;
  return isTraced ? sending : { message: copy, end: (thrown) => sending.end(thrown) };
}

function optionsOf(
  kind: NonNullable<SpanOptions['kind']>,
  { attributes: common }: Destination,
  { hasOwnKey, routingKey }: Outgoing,
  { links }: Leaving,
): SpanOptions {
  const attributes = hasOwnKey ? withRoutingKey(common, routingKey) : common;
  return links ? { kind, attributes, links } : { kind, attributes };
}

function detailsOf(
  { isTemporary }: Destination,
  { properties: { messageId: id, correlationId } }: Outgoing,
  { place, name, attempt }: Leaving,
): Attributes {
  const details = messageAttributes(place, { id, correlationId, name, isTemporary });
  if (attempt !== undefined) details['waybill.attempt'] = attempt;
  return details;
}
