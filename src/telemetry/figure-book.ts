import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Histogram,
  MetricOptions,
  Observable,
} from '@opentelemetry/api';
import type { FigureMaker } from './figures.js';

/** Names and codes may come from outside: one figure has no more series; what comes after them is counted in one of them all. */
const mostSeries = 1_000;
const overflow: Attributes = { 'otel.metric.overflow': true };

type Kind = 'counter' | 'gauge' | 'histogram';

/** What was measured with one set of attributes. */
interface Series {
  readonly labels: string;
  value: number;
  /** How many were at most as large as each bound. */
  readonly buckets: number[];
  count: number;
}

/** One figure, with all its series. */
class Figure {
  readonly name: string;
  readonly #kind: Kind;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(kind: Kind, name: string, { unit, description = '', advice }: MetricOptions) {
    const suffix = kind === 'counter' ? '_total' : '';
    this.name = `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}${suffix}`;
    this.#kind = kind;
    this.#help = description;
    this.#bounds = advice?.explicitBucketBoundaries ?? [];
  }

  add(value: number, attributes: Attributes = {}): void {
    this.#of(attributes).value += value;
  }

  set(value: number, attributes: Attributes = {}): void {
    this.#of(attributes).value = value;
  }

  record(value: number, attributes: Attributes = {}): void {
    const series = this.#of(attributes);
    series.value += value;
    series.count++;
    for (const [at, bound] of this.#bounds.entries())
      if (value <= bound) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
  }

  /** Forgets what was only looked at: it is looked at anew. */
  forget(): void {
    this.#series.clear();
  }

  get lines(): readonly string[] {
    if (this.#series.size === 0) return [];
    const head = [`# HELP ${this.name} ${this.#help}`, `# TYPE ${this.name} ${this.#kind}`];
    return [...head, ...[...this.#series.values()].flatMap((each) => this.#linesOf(each))];
  }

  #linesOf({ labels, value, buckets, count }: Series): readonly string[] {
    if (this.#kind !== 'histogram') return [`${this.name}${braced(labels)} ${value}`];
    const bucket = (bound: string, seen: number): string =>
      `${this.name}_bucket${braced(labels, `le="${bound}"`)} ${seen}`;
    return [
      ...this.#bounds.map((bound, at) => bucket(String(bound), buckets[at] ?? 0)),
      bucket('+Inf', count),
      `${this.name}_sum${braced(labels)} ${value}`,
      `${this.name}_count${braced(labels)} ${count}`,
    ];
  }

  #of(attributes: Attributes): Series {
    const labels = labelsOf(attributes);
    const known = this.#series.get(labels);
    if (known) return known;
    if (this.#series.size >= mostSeries && attributes !== overflow) return this.#of(overflow);
    const series = { labels, value: 0, buckets: this.#bounds.map(() => 0), count: 0 };
    this.#series.set(labels, series);
    return series;
  }
}

/** Keeps figures in the process, for whoever reads them as text: Prometheus. */
export class FigureBook implements FigureMaker {
  readonly #figures = new Map<string, Figure>();
  readonly #observed = new Map<object, Figure>();
  readonly #callbacks: BatchObservableCallback[] = [];

  createCounter(name: string, options: MetricOptions = {}): Counter {
    return this.#new('counter', name, options);
  }

  createHistogram(name: string, options: MetricOptions = {}): Histogram {
    return this.#new('histogram', name, options);
  }

  createObservableGauge(name: string, options: MetricOptions = {}): Observable {
    return this.#observable('gauge', name, options);
  }

  createObservableCounter(name: string, options: MetricOptions = {}): Observable {
    return this.#observable('counter', name, options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback): void {
    this.#callbacks.push(callback);
  }

  /** All figures, in the text format of Prometheus, version 0.0.4. */
  text(): string {
    for (const figure of this.#observed.values()) figure.forget();
    const observe: BatchObservableResult['observe'] = (observable, value, attributes) =>
      this.#observed.get(observable)?.set(value, attributes);
    for (const callback of this.#callbacks) void callback({ observe });
    return [...this.#figures.values()]
      .flatMap(({ lines }) => lines)
      .map((line) => `${line}\n`)
      .join('');
  }

  #observable(kind: Kind, name: string, options: MetricOptions): Observable {
    const observable: Observable = { addCallback: () => {}, removeCallback: () => {} };
    this.#observed.set(observable, this.#new(kind, name, options));
    return observable;
  }

  /** n.b. they are asked for again when an SDK is registered later, and go on. */
  #new(kind: Kind, name: string, options: MetricOptions): Figure {
    const figure = this.#figures.get(name) ?? new Figure(kind, name, options);
    this.#figures.set(name, figure);
    return figure;
  }
}

const labelTexts = new WeakMap<Attributes, string>();

/** n.b. most attributes are remembered objects: their text is, too. */
function labelsOf(attributes: Attributes): string {
  const known = labelTexts.get(attributes);
  if (known !== undefined) return known;
  const text = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.replaceAll('.', '_')}="${escaped(String(value))}"`)
    .sort()
    .join(',');
  labelTexts.set(attributes, text);
  return text;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function braced(...labels: readonly string[]): string {
  const some = labels.filter((each) => each !== '');
  return some.length === 0 ? '' : `{${some.join(',')}}`;
}
