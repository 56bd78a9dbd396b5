import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import type { Delivery, DeliveryWatch, Outgoing, Settled, Watched } from '../amqp/index.js';
import { isPromiseLike } from '../common/when-done.js';
import { callAttributes, errorType, messageAttributes, type Place, shortened } from './attributes.js';
import { contextIn, logFieldsOf } from './context.js';
import { type Destination, takenFrom } from './destinations.js';
import { harmless, runWithin, warn } from './harmless.js';
import { describe, fail, type Instruments, isKept, startSpan } from './instruments.js';
import { sendingCopy } from './sending.js';

/** What a message is that is handled. */
export interface Received {
  readonly place: Place;
  readonly kind: 'message' | 'call';
  readonly name: string | null;
  /** Which run it is, from 1. */
  readonly attempt: number;
}

/**
 * Follows the handling of one message, from when its handlers begin until it is settled: a CONSUMER span, below what the message came
 * from, and with a link to it.
 */
export class Receiving implements DeliveryWatch {
  readonly #instruments: Instruments;
  readonly #delivery: Delivery;
  readonly #received: Received;
  readonly #common: Attributes;
  readonly #span: Span;
  readonly #context: Context;
  readonly #begunAt = performance.now();
  #thrown: { readonly thrown: unknown } | undefined;
  /** A failure that a handler has not thrown, but answered with. */
  #told: { readonly thrown: unknown } | undefined;
  #aside: 'retried' | 'parked' | 'repeated' | undefined;
  #isOver = false;

  constructor(instruments: Instruments, delivery: Delivery, received: Received) {
    const { api, figures } = instruments;
    const { place, kind, name } = received;
    this.#instruments = instruments;
    this.#delivery = delivery;
    this.#received = received;
    const destination = takenFrom(place, delivery, kind === 'call' ? name : undefined);
    this.#common = destination.figures;
    const from = contextIn(api, delivery.properties.headers);
    const options = {
      kind: api.SpanKind.CONSUMER,
      attributes: destination.attributes,
      links: linksTo(api.trace.getSpanContext(from)),
    };
    const span = startSpan(instruments, destination.spanName, options, from);
    if (isKept(span)) describe(span, deliveryAttributes(destination, delivery, received));
    this.#span = span;
    this.#context = api.trace.setSpan(from, span);
    figures?.began(delivery, this.#common);
    delivery.watch = this;
  }

  get fields(): DeliveryWatch['fields'] {
    return harmless(() => logFieldsOf(this.#span), {});
  }

  /** Runs what handles it, within its context, and notes how that ended. */
  run<T>(work: () => T): T {
    let given: T;
    try {
      given = this.within(work);
    } catch (thrown) {
      this.done({ thrown });
      throw thrown;
    }
    if (isPromiseLike(given)) {
      given.then(
        () => this.done(),
        (thrown: unknown) => this.done({ thrown }),
      );
    } else this.done();
    return given;
  }

  /** Runs something within its context. */
  within<T>(work: () => T): T {
    return runWithin(this.#instruments.api, this.#context, work);
  }

  copying(copy: Outgoing, why: 'retried' | 'parked'): Watched {
    const { place, name } = this.#received;
    const watched = sendingCopy(this.#instruments, this.#context, copy, { place, name });
    return {
      message: watched.message,
      end: (thrown) => {
        watched.end(thrown);
        if (thrown !== undefined) return;
        this.#aside = why;
        this.#instruments.figures?.putAside(why, this.#common);
      },
    };
  }

  answered(error?: unknown): void {
    harmless(() => this.#span.addEvent('reply'), undefined);
    if (error !== undefined) this.#told = { thrown: error };
  }

  repeated(): void {
    this.#aside = 'repeated';
    this.#instruments.figures?.cameAgain(this.#common);
  }

  settled(how: Settled): void {
    this.#end(how === 'acked' ? (this.#aside ?? how) : how);
  }

  /** It has been handled. n.b. what its component has left, or its channel, is settled by nobody. */
  done(failed?: { readonly thrown: unknown }): void {
    this.#thrown = failed;
    const { isLeft, alive, settled } = this.#delivery;
    if (isLeft || (!alive && !settled)) this.#end('given back');
  }

  #end(fate: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const ended = this.#thrown ?? this.#told;
    const type = ended && errorType(ended.thrown);
    this.#measure(type);
    try {
      this.#close(fate, type ?? 'OK', ended);
    } catch (failed) {
      warn(failed);
    }
  }

  #measure(type: string | undefined): void {
    const { figures } = this.#instruments;
    const { kind, name } = this.#received;
    figures?.processed(this.#common, this.#begunAt, type);
    if (!figures || kind !== 'call') return;
    // What nobody here is for comes from anybody: it must not make a series for each name.
    const isKnown = this.#delivery.handledBy !== undefined && type !== 'NO_HANDLER';
    figures.answered(callAttributes(isKnown ? name : '_OTHER'), this.#begunAt, type);
  }

  #close(fate: string, status: string, ended: { readonly thrown: unknown } | undefined): void {
    const span = this.#span;
    if (span.isRecording()) {
      span.setAttribute('waybill.fate', fate);
      span.addEvent('settled', { 'waybill.fate': fate });
      if (this.#received.kind === 'call') span.setAttribute('rpc.status_code', status);
      if (ended) fail(this.#instruments.api, span, ended.thrown);
    }
    span.end();
  }
}

function deliveryAttributes(
  { isTemporary }: Destination,
  { properties, tag, deliveryCount, sender }: Delivery,
  { place, name, attempt }: Received,
): Attributes {
  const { messageId: id, correlationId }: { messageId?: unknown; correlationId?: unknown } = properties;
  const all = messageAttributes(place, { id, correlationId, name, isTemporary });
  all['messaging.rabbitmq.message.delivery_tag'] = tag;
  all['waybill.attempt'] = attempt;
  all['waybill.delivery_count'] = deliveryCount;
  const from = (sender as { readonly name?: unknown } | undefined)?.name;
  if (typeof from === 'string') all['waybill.sender'] = shortened(from);
  return all;
}

/** A link to where a message came from; none where it does not say. */
export function linksTo(context: Link['context'] | undefined): Link[] {
  return context ? [{ context }] : [];
}
