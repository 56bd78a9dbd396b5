import type {
  Attributes,
  Counter,
  Histogram,
  Meter,
  MetricOptions,
  ObservableGauge,
} from '@opentelemetry/api';
import { type Delivery, Link } from '../amqp/index.js';
import { LoopDelay } from '../common/loop-delay.js';
import { errorType, figuresOfQueue, type Place, withoutRandom } from './attributes.js';
import { harmless } from './harmless.js';

/** The bounds that the conventions advise, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Messages may wait for days. */
const longBounds = [...bounds, 30, 60, 300, 1_800, 7_200, 43_200, 259_200];

const seconds: MetricOptions = { unit: 's', advice: { explicitBucketBoundaries: bounds } };
const messages: MetricOptions = { unit: '{message}' };

/** The names of all figures, by the conventions where those have one. */
export const figureNames = {
  operationDuration: 'messaging.client.operation.duration',
  sent: 'messaging.client.sent.messages',
  consumed: 'messaging.client.consumed.messages',
  processDuration: 'messaging.process.duration',
  clientCall: 'rpc.client.call.duration',
  serverCall: 'rpc.server.call.duration',
  age: 'waybill.message.age',
  retries: 'waybill.retries',
  parked: 'waybill.parked',
  repeated: 'waybill.repeated',
  outbox: 'waybill.outbox.messages',
  unconfirmed: 'waybill.unconfirmed',
  inflight: 'waybill.inflight',
  waiting: 'waybill.waiting',
  reconnects: 'waybill.reconnects',
  loopDelay: 'waybill.event_loop.delay',
} as const;

/** What figures are made by: an SDK's meter, or our own book. */
export type FigureMaker = Pick<
  Meter,
  | 'createCounter'
  | 'createHistogram'
  | 'createObservableGauge'
  | 'createObservableCounter'
  | 'addBatchObservableCallback'
>;

/** What is counted and measured of messages and calls. */
export class Figures {
  readonly #operationDuration: Histogram;
  readonly #sent: Counter;
  readonly #consumed: Counter;
  readonly #processDuration: Histogram;
  readonly #clientCall: Histogram;
  readonly #serverCall: Histogram;
  readonly #repeated: Counter;
  readonly #age: Histogram;
  readonly #asides: { readonly retried: Counter; readonly parked: Counter };
  /** The queues whose counters are there. */
  readonly #begun = new WeakMap<Place, Set<string>>();

  /** @param makers each of them is told everything. */
  constructor(makers: readonly FigureMaker[]) {
    const names = figureNames;
    const duration = (name: string, description: string): Histogram =>
      histogramOfAll(makers, name, { ...seconds, description });
    const count = (name: string, description: string): Counter =>
      counterOfAll(makers, name, { ...messages, description });
    this.#operationDuration = duration(
      names.operationDuration,
      'From the publish of a message to its confirm.',
    );
    this.#sent = count(names.sent, 'Messages that were published, also those that failed.');
    this.#consumed = count(names.consumed, 'Messages that were handed to handlers.');
    this.#processDuration = duration(
      names.processDuration,
      'How long handlers took, until the message was settled.',
    );
    this.#clientCall = duration(names.clientCall, 'How long calls took, with all their attempts.');
    this.#serverCall = duration(names.serverCall, 'How long calls took that were answered here.');
    const advice = { explicitBucketBoundaries: longBounds };
    const description = 'How old messages were when their handlers began, by the timestamp of their senders.';
    this.#age = histogramOfAll(makers, names.age, { unit: 's', advice, description });
    this.#asides = {
      retried: count(names.retries, 'Messages that failed and were put aside, to be tried again.'),
      parked: count(names.parked, 'Messages that were given up and kept.'),
    };
    this.#repeated = count(names.repeated, 'Messages that came again and were not handled again.');
    for (const maker of makers) this.#observe(maker);
  }

  /** What is looked at only when figures are read: all that the links of this process do then. */
  #observe(meter: FigureMaker): void {
    const gauge = (name: string, description: string): ObservableGauge =>
      meter.createObservableGauge(name, { ...messages, description });
    const names = figureNames;
    const outbox = gauge(names.outbox, 'Messages that wait to be sent.');
    const unconfirmed = gauge(
      names.unconfirmed,
      'Messages that were sent, and whose confirms have not come.',
    );
    const inflight = gauge(names.inflight, 'Messages whose handlers run.');
    const waiting = gauge(names.waiting, 'Messages that were delivered, and wait here for their handlers.');
    const description = 'How often connections were made again.';
    const reconnects = meter.createObservableCounter(names.reconnects, { unit: '{connection}', description });
    const loop = new LoopDelay();
    const loopDelay = meter.createObservableGauge(names.loopDelay, {
      unit: 's',
      description: 'The longest that the event loop was late in the last half a minute.',
    });
    meter.addBatchObservableCallback(
      (figures) => {
        figures.observe(loopDelay, loop.recentWorstMs / 1_000);
        for (const { activity, server } of Link.open) {
          const now = activity();
          const own = { 'messaging.client.id': server.client };
          figures.observe(outbox, now.outbox.waiting, own);
          figures.observe(unconfirmed, now.outbox.unconfirmed, own);
          figures.observe(reconnects, now.reconnects, own);
          for (const { queue, ...load } of now.queues) {
            const ofQueue = { ...own, 'messaging.destination.name': withoutRandom(queue) };
            figures.observe(inflight, load.running, ofQueue);
            figures.observe(waiting, load.waiting, ofQueue);
            this.#begin(server, queue);
          }
        }
      },
      [outbox, unconfirmed, inflight, waiting, reconnects, loopDelay],
    );
  }

  /** The counters of a queue begin at 0: one that begins at 1 shows Prometheus no rise, so nobody would hear of the first that is parked. */
  #begin(place: Place, queue: string): void {
    const known = this.#begun.get(place) ?? new Set();
    this.#begun.set(place, known);
    if (known.has(queue) || isOurs(queue)) return;
    known.add(queue);
    const attributes = figuresOfQueue(place, queue);
    for (const counter of [this.#consumed, this.#asides.retried, this.#asides.parked])
      counter.add(0, attributes);
  }

  /** The handler of a message begins. A timestamp counts whole seconds; one of the future, or none, tells nothing. */
  began({ properties }: Delivery, attributes: Attributes): void {
    this.#consumed.add(1, attributes);
    const { timestamp }: { timestamp?: unknown } = properties;
    const age = typeof timestamp === 'number' ? Date.now() / 1_000 - timestamp : Number.NaN;
    if (age >= 0) this.#age.record(age, attributes);
  }

  /** A message has left, or has not: then with what its sender was told. */
  published(attributes: Attributes, begunAt: number, thrown: unknown): void {
    const told = withError(attributes, thrown === undefined ? undefined : errorType(thrown));
    this.#sent.add(1, told);
    this.#operationDuration.record(secondsSince(begunAt), told);
  }

  /** A message was handled. @param type of what was thrown */
  processed(attributes: Attributes, begunAt: number, type: string | undefined): void {
    this.#processDuration.record(secondsSince(begunAt), withError(attributes, type));
  }

  /** A call has ended that was made here. @param status a code, or `OK` */
  called(attributes: Attributes, begunAt: number, status: string, type: string | undefined): void {
    const told = withError({ ...attributes, 'rpc.status_code': status }, type);
    this.#clientCall.record(secondsSince(begunAt), told);
  }

  /** A call was answered here. */
  answered(attributes: Attributes, begunAt: number, type: string | undefined): void {
    const told = withError({ ...attributes, 'rpc.status_code': type ?? 'OK' }, type);
    this.#serverCall.record(secondsSince(begunAt), told);
  }

  /** A message came again, and was not handled again. */
  cameAgain(attributes: Attributes): void {
    this.#repeated.add(1, attributes);
  }

  /** A copy of a message was put aside. */
  putAside(why: 'retried' | 'parked', attributes: Attributes): void {
    this.#asides[why].add(1, attributes);
  }
}

/** What components say among each other is handled by no handlers of theirs. */
function isOurs(queue: string): boolean {
  return queue.startsWith('waybill.');
}

function counterOfAll(makers: readonly FigureMaker[], name: string, options: MetricOptions): Counter {
  const all = makers.map((maker) => maker.createCounter(name, options));
  return { add: (...told) => all.forEach((each) => void harmless(() => each.add(...told), undefined)) };
}

function histogramOfAll(makers: readonly FigureMaker[], name: string, options: MetricOptions): Histogram {
  const all = makers.map((maker) => maker.createHistogram(name, options));
  return { record: (...told) => all.forEach((each) => void harmless(() => each.record(...told), undefined)) };
}

/** n.b. most end well, and share the attributes of their destination. */
function withError(attributes: Attributes, type: string | undefined): Attributes {
  return type === undefined ? attributes : { ...attributes, 'error.type': type };
}

/** Seconds since a moment of `performance.now()`. */
function secondsSince(begunAt: number): number {
  return (performance.now() - begunAt) / 1_000;
}
