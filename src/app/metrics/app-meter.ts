import type { BatchCause } from '../batches.js';
import type { Meter } from './meter.js';
import type { Metrics } from './metrics.js';
import type { Counter, Gauge, Histogram } from './metrics-options.js';

/** What is counted without anybody being told: asked when the figures are read. */
export interface Activity {
  /** AMQP connections that are up. */
  readonly connections: number;
  /** Queues that are consumed. */
  readonly consumers: number;
}

const sizes = [100, 1_000, 10_000, 100_000, 1_000_000];

/** Measures an app under the names of async-worker (AW-B29), those included that it only documents. */
export class AppMeter implements Meter {
  readonly #durations: Histogram;
  readonly #inProgress: Gauge;
  readonly #sizes: Histogram;
  readonly #processed: Counter;
  readonly #filled: Counter;
  readonly #flushed: Counter;
  readonly #handling: Histogram;

  constructor(metrics: Metrics, activity: () => Activity) {
    const request = ['method', 'path', 'status'];
    this.#durations = metrics.histogram({
      name: 'http_request_duration_ms',
      help: 'How long requests took, in milliseconds.',
      labelNames: request,
    });
    this.#inProgress = metrics.gauge({
      name: 'http_requests_in_progress',
      help: 'How many requests are being handled.',
      labelNames: ['method', 'path'],
    });
    this.#sizes = metrics.histogram({
      name: 'http_response_size_bytes',
      help: 'How large answers are, in bytes, where that is known.',
      labelNames: request,
      buckets: sizes,
    });
    this.#processed = metrics.counter({
      name: 'amqp_processed_messages',
      help: 'How many messages of a queue were settled, and how.',
      labelNames: ['queue_name', 'action'],
    });
    this.#filled = metrics.counter({ name: 'amqp_filled_buckets', help: 'How many batches were full.' });
    this.#flushed = metrics.counter({
      name: 'amqp_flushed_buckets',
      help: 'How many batches went out before they were full.',
    });
    this.#handling = metrics.histogram({
      name: 'amqp_bucket_handle',
      help: 'How long handlers took for a batch, in milliseconds.',
    });
    metrics.gauge({
      name: 'amqp_active_connections',
      help: 'How many AMQP connections are up.',
      collect: (gauge) => gauge.set(activity().connections),
    });
    metrics.gauge({
      name: 'amqp_active_consumers',
      help: 'How many queues are being consumed.',
      collect: (gauge) => gauge.set(activity().consumers),
    });
  }

  request(method: string, path: string): (status: number, bytes: number | undefined) => void {
    const begun = performance.now();
    this.#inProgress.inc({ method, path });
    return (status, bytes) => {
      const labels = { method, path, status };
      this.#inProgress.dec({ method, path });
      this.#durations.observe(labels, performance.now() - begun);
      if (bytes !== undefined) this.#sizes.observe(labels, bytes);
    };
  }

  batch(cause: BatchCause): () => void {
    const begun = performance.now();
    const counter = cause === 'full' ? this.#filled : this.#flushed;
    counter.inc();
    return () => this.#handling.observe(performance.now() - begun);
  }

  settled(queue: string, action: string): void {
    this.#processed.inc({ queue_name: queue, action });
  }
}
