/** How an app is measured. */
export interface MetricsOptions {
  /** The path at which Prometheus reads the metrics. @default env `ASYNCWORKER_METRICS_ROUTE_PATH`, else /metrics */
  readonly path?: string | undefined;
  /** What all names begin with. @default env `ASYNCWORKER_METRICS_NAMESPACE`, else `asyncworker` */
  readonly namespace?: string | undefined;
  /** What stands behind that, to tell apps apart. @default env `ASYNCWORKER_METRICS_APPPREFIX`, else nothing */
  readonly appPrefix?: string | undefined;
  /** Bounds for durations, in milliseconds, each larger than the one before. @default env `ASYNCWORKER_METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS`, else 10, 50, 100, 200, 500, 1,000, 5,000 */
  readonly bucketsMs?: readonly number[] | undefined;
}

/** The labels of one measurement. */
export type Labels = Readonly<Record<string, string | number>>;

/** What a metric of one's own is called and is for. */
export interface MetricOptions {
  /** The metric's name, without the namespace, which is put before it. */
  readonly name: string;
  /** What the metric tells, for people. */
  readonly help: string;
  /** The names of the labels by which it is split. @default none */
  readonly labelNames?: readonly string[] | undefined;
}

/** A number that only grows. */
export interface Counter {
  /** Adds to it, 1 unless a value is given; the value must not be negative. */
  inc(labels: Labels, value?: number): void;
  inc(value?: number): void;
}

/** A number that goes up and down. */
export interface Gauge {
  /** Adds to it. @default 1 */
  inc(labels: Labels, value?: number): void;
  inc(value?: number): void;
  /** Takes from it. @default 1 */
  dec(labels: Labels, value?: number): void;
  dec(value?: number): void;
  /** Sets it, whatever it was. */
  set(labels: Labels, value: number): void;
  set(value: number): void;
}

/** How often which sizes are seen. */
export interface Histogram {
  /** Counts a value in its bucket, and adds it to the sum. */
  observe(labels: Labels, value: number): void;
  observe(value: number): void;
}
