import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import type { Delivery, DeliveryWatch, Outgoing, Watched } from '../amqp/index.js';
import { errorType, type Place } from './attributes.js';
import { activeContext, contextIn, logFieldsOf } from './context.js';
import { takenFrom } from './destinations.js';
import { harmless, runWithin } from './harmless.js';
import { describe, fail, type Instruments, isKept, startSpan } from './instruments.js';
import { linksTo, Receiving } from './receiving.js';
import { sendingCopy } from './sending.js';

/** Messages that are handled together. */
export interface Batch {
  readonly place: Place;
  readonly deliveries: readonly Delivery[];
}

/** What was thrown. */
type Failed = { readonly thrown: unknown };

/**
 * Follows the handling of messages together: one CONSUMER span of its own, with a link to where each of them came from, until the handler
 * is done. One message alone is followed as any other.
 * @param thrownOf what was thrown for them, in what the handling gives.
 */
export async function handlingBatch<Given>(
  instruments: Instruments,
  { place, deliveries }: Batch,
  handle: () => Promise<Given>,
  thrownOf: (given: Given) => readonly Failed[],
): Promise<Given> {
  const [first] = deliveries;
  if (!first) return await handle();
  const name = first.queue;
  const watch =
    deliveries.length === 1
      ? new Receiving(instruments, first, { place, kind: 'message', name, attempt: 1 })
      : new Together(instruments, place, deliveries, first);
  const given = await watch.within(handle);
  watch.done(thrownOf(given)[0]);
  return given;
}

/** Follows several messages whose handler runs once for all of them. */
class Together {
  readonly #instruments: Instruments;
  readonly #place: Place;
  readonly #common: Attributes;
  readonly #span: Span;
  readonly #context: Context;
  readonly #name: string;
  readonly #begunAt = performance.now();

  constructor(instruments: Instruments, place: Place, deliveries: readonly Delivery[], first: Delivery) {
    const { api, figures } = instruments;
    this.#instruments = instruments;
    this.#place = place;
    this.#name = first.queue;
    const { figures: common, name, spanName } = takenFrom(place, first);
    this.#common = common;
    const origins = new Map(deliveries.map((each) => [each, originOf(instruments, each)]));
    const count = { 'messaging.batch.message_count': deliveries.length };
    const active = activeContext(api);
    const options = {
      kind: api.SpanKind.CONSUMER,
      attributes: { ...this.#common, 'messaging.destination.name': name, ...count },
      links: [...origins.values()].flatMap(linksTo),
    };
    const span = startSpan(instruments, spanName, options, active);
    const details = { 'waybill.name': this.#name, 'messaging.client.id': place.client };
    if (isKept(span)) describe(span, details);
    this.#span = span;
    this.#context = api.trace.setSpan(active, this.#span);
    for (const [delivery, origin] of origins) {
      figures?.began(delivery, this.#common);
      delivery.watch = this.#member(linksTo(origin));
    }
  }

  within<T>(work: () => T): T {
    return runWithin(this.#instruments.api, this.#context, work);
  }

  done(failed: Failed | undefined): void {
    const { api, figures } = this.#instruments;
    figures?.processed(this.#common, this.#begunAt, failed && errorType(failed.thrown));
    harmless(() => {
      if (failed) fail(api, this.#span, failed.thrown);
      this.#span.end();
    }, undefined);
  }

  /** One of the messages: what becomes of it afterwards. */
  #member(links: Link[]): DeliveryWatch {
    return {
      fields: harmless(() => logFieldsOf(this.#span), {}),
      copying: (copy, why) => this.#copying(copy, why, links),
      answered: () => {},
      repeated: () => {},
      settled: () => {},
    };
  }

  #copying(copy: Outgoing, why: 'retried' | 'parked', links: Link[]): Watched {
    const leaving = { place: this.#place, name: this.#name, links };
    const watched = sendingCopy(this.#instruments, this.#context, copy, leaving);
    return {
      message: watched.message,
      end: (thrown) => {
        watched.end(thrown);
        if (thrown === undefined) this.#instruments.figures?.putAside(why, this.#common);
      },
    };
  }
}

function originOf({ api }: Instruments, { properties }: Delivery): SpanContext | undefined {
  return api.trace.getSpanContext(contextIn(api, properties.headers));
}
