import type { Registry } from 'prom-client';
import { requireInstalled } from '../../common/installed.cjs';
import { type CollectedFigures, collectFigures } from '../../telemetry/index.js';
import { checkedBuckets } from '../common/buckets.js';
import { required } from '../common/optional.js';
import type { AppSettings } from '../common/settings.js';
import { checkedPrefix, made } from './metric-names.js';
import type { Counter, Gauge, Histogram, MetricOptions, MetricsOptions } from './metrics-options.js';

type PromClient = typeof import('prom-client');

/** The figures of an app for Prometheus: `app.metrics`. They are the app's own, beside those of others in the process. */
export class Metrics {
  /** The path at which Prometheus reads the metrics. */
  readonly path: string;
  /** Bounds for durations, in milliseconds. */
  readonly bucketsMs: readonly number[];
  readonly #prefix: string;
  #client: PromClient | undefined;
  #registry: Registry | undefined;
  #figures: CollectedFigures | undefined;

  /** @internal */
  constructor(options: MetricsOptions, settings: AppSettings) {
    const { namespace = settings.metricsNamespace, appPrefix = settings.metricsAppPrefix } = options;
    this.path = options.path ?? settings.metricsPath;
    this.bucketsMs = checkedBuckets('App: metrics.bucketsMs', options.bucketsMs ?? settings.metricsBucketsMs);
    checkedPrefix(told('namespace', options.namespace, 'NAMESPACE'), namespace);
    checkedPrefix(told('appPrefix', options.appPrefix, 'APPPREFIX'), appPrefix);
    this.#prefix = [namespace, appPrefix].filter((part) => part !== '').join('_');
  }

  /** True when the app has asked for a metric. */
  get isUsed(): boolean {
    return this.#registry !== undefined;
  }

  /**
   * Gives a number that only grows.
   * @throws ConfigurationError without prom-client, and for a name or labels that cannot be or are taken
   */
  counter(options: MetricOptions): Counter {
    const { Counter } = this.#open();
    const named = this.#named(options);
    return made(named.name, () => new Counter(named));
  }

  /** Gives a number that goes up and down; `collect` sets it each time that it is read. @throws as {@link counter} */
  gauge(options: MetricOptions & { readonly collect?: (gauge: Gauge) => void }): Gauge {
    const { Gauge } = this.#open();
    const { collect, ...named } = options;
    const collecting = collect && {
      collect(this: Gauge): void {
        collect(this);
      },
    };
    const all = { ...this.#named(named), ...collecting };
    return made(all.name, () => new Gauge(all));
  }

  /** Counts how often values of which sizes are seen, by the upper bounds in `buckets`. @default those for durations, {@link bucketsMs} @throws as {@link counter} */
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] | undefined }): Histogram {
    const { Histogram } = this.#open();
    const { buckets = this.bucketsMs, ...named } = options;
    const bounds = checkedBuckets(`The metric ${named.name}: buckets`, buckets);
    const all = { ...this.#named(named), buckets: [...bounds] };
    return made(all.name, () => new Histogram(all));
  }

  /** All figures, in the text format of Prometheus: the app's own, and those of all components of the process (`collectFigures` of `waybill/telemetry`). */
  async text(): Promise<string> {
    this.#open();
    return `${(await this.#registry?.metrics()) ?? ''}${this.#figures?.text() ?? ''}`;
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    this.#open();
    return this.#registry?.contentType ?? '';
  }

  #named({ name, help, labelNames = [] }: MetricOptions): {
    name: string;
    help: string;
    labelNames: string[];
    registers: Registry[];
  } {
    const full = this.#prefix === '' ? name : `${this.#prefix}_${name}`;
    return { name: full, help, labelNames: [...labelNames], registers: [this.#registry as Registry] };
  }

  /** On first use: process, garbage collection and event loop are measured from then on. */
  #open(): PromClient {
    if (!this.#client) {
      const purpose = 'Metrics (switch them off by new App({ metrics: false })) need';
      this.#client = required<PromClient>(purpose, ['prom-client'], () => requireInstalled('prom-client'));
      this.#registry = new this.#client.Registry();
      this.#client.collectDefaultMetrics({ register: this.#registry });
      this.#figures = collectFigures();
    }
    return this.#client;
  }
}

/** Where a part of the names was said, for people. */
function told(option: string, given: string | undefined, variable: string): string {
  return given === undefined
    ? `The environment variable ASYNCWORKER_METRICS_${variable}`
    : `App: metrics.${option}`;
}
