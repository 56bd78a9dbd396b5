import type { Delivery, Outgoing, Watched } from '../amqp/index.js';
import { packageVersion } from '../common/package-version.js';
import { sharedByCopies } from '../common/shared-by-copies.js';
import type { Place } from './attributes.js';
import { type Batch, handlingBatch } from './batch.js';
import { type AttemptWatch, attemptsOf, type CallEnd, calling, type Within } from './calling.js';
import { activeContext, contextIn } from './context.js';
import { FigureBook } from './figure-book.js';
import { Figures } from './figures.js';
import { harmless, runWithin } from './harmless.js';
import type { Instruments } from './instruments.js';
import { type Received, Receiving } from './receiving.js';
import { type OpenTelemetry, openTelemetry, type Registered, registered } from './sdk.js';
import { Sending } from './sending.js';
import type { Headers } from './trace-headers.js';
import { noTracer, noTracing } from './tracing.js';

/** How this package is called where it tells of something. */
const scope = 'waybill';
/** The conventions that are followed. */
const schemaUrl = 'https://opentelemetry.io/schemas/1.44.0';

/** Tells of messages and calls, by what is registered in this process. */
export class Telemetry {
  readonly #instruments: Instruments;

  /**
   * @param api of an SDK; undefined where figures are kept in the process only
   * @param isMeasured whether the SDK takes figures, too
   */
  constructor(api: OpenTelemetry | undefined, isMeasured: boolean) {
    const version = packageVersion;
    const tracer = api?.trace.getTracerProvider().getTracer(scope, version, { schemaUrl });
    const meter = isMeasured ? api?.metrics.getMeter(scope, version, { schemaUrl }) : undefined;
    const makers = [meter, kept.book].filter((each) => each !== undefined);
    const figures = makers.length > 0 ? new Figures(makers) : undefined;
    this.#instruments = { api: api ?? noTracing, tracer: tracer ?? noTracer, figures };
  }

  /** A message leaves. */
  publishing(place: Place, name: string | null, message: Outgoing): Watched {
    const { api } = this.#instruments;
    const active = activeContext(api);
    return new Sending(this.#instruments, active, message, { place, name });
  }

  /** A call is made. @param call makes it, and has each attempt followed; what is not ours in it runs within the call */
  calling<End extends CallEnd>(
    place: Place,
    name: string,
    call: (watch: AttemptWatch, within: Within) => Promise<End>,
  ): Promise<End> {
    return calling(this.#instruments, place, name, call);
  }

  /** What follows the attempts of something that is no call with one answer. */
  attempts(place: Place, name: string): AttemptWatch {
    return attemptsOf(this.#instruments, place, name);
  }

  /** Messages are handled together. @see handlingBatch */
  batch<Given>(
    batch: Batch,
    handle: () => Promise<Given>,
    thrownOf: (given: Given) => readonly { readonly thrown: unknown }[],
  ): Promise<Given> {
    return handlingBatch(this.#instruments, batch, handle, thrownOf);
  }

  /** Runs something within the trace that headers bring along, unless it is within one: whoever instruments HTTP has begun that. */
  within<T>(headers: Headers, work: () => T): T {
    const { api } = this.#instruments;
    const isTraced = harmless(() => api.trace.getSpanContext(api.context.active()) !== undefined, true);
    return isTraced ? work() : runWithin(api, contextIn(api, headers), work);
  }

  /** The handlers of a message begin. */
  receiving(delivery: Delivery, received: Received): Receiving {
    return new Receiving(this.#instruments, delivery, received);
  }
}

/** Figures of this process, once somebody has asked for them. */
const kept = sharedByCopies('figures', () => ({ book: undefined as FigureBook | undefined }));

/** What was there when it was last looked, and what tells of messages since. */
interface Current extends Registered {
  readonly book: FigureBook | undefined;
  readonly telemetry: Telemetry | undefined;
}

let current: Current | undefined;

/** Has figures kept in the process, from the first call on. */
export function keepFigures(): FigureBook {
  kept.book ??= new FigureBook();
  // Else nothing is looked at before the first message.
  telemetryNow({ isTold: true });
  return kept.book;
}

/** What tells of messages now; undefined where its component does not want that, nobody has registered anything that would take it, or its package is not there. */
export function telemetryNow({ isTold }: { readonly isTold: boolean }): Telemetry | undefined {
  if (!isTold) return undefined;
  const globals = registered();
  const { book } = kept;
  if (!globals && !book) return undefined;
  const { trace, metrics } = globals ?? {};
  if (current && current.trace === trace && current.metrics === metrics && current.book === book)
    return current.telemetry;
  const api = globals && openTelemetry();
  if (!api && !book) return undefined;
  // Once for what is registered, also where that is broken.
  current = {
    ...globals,
    book,
    telemetry: harmless<Telemetry | undefined>(() => new Telemetry(api, metrics !== undefined), undefined),
  };
  return current.telemetry;
}
