import type { Meter } from '../parts/meter.js';
import type { Metrics } from './metrics.js';
import type { Gauge, Histogram } from './metrics-options.js';

const sizes = [100, 1_000, 10_000, 100_000, 1_000_000];
const labelNames = ['method', 'path', 'status'];

/** Measures requests, under the names of async-worker. */
export class HttpMeter implements Pick<Meter, 'request'> {
  readonly #durations: Histogram;
  readonly #inProgress: Gauge;
  readonly #sizes: Histogram;

  constructor(metrics: Metrics) {
    this.#durations = metrics.histogram({
      name: 'http_request_duration_ms',
      help: 'How long requests took, in milliseconds.',
      labelNames,
    });
    this.#inProgress = metrics.gauge({
      name: 'http_requests_in_progress',
      help: 'How many requests are being handled.',
      labelNames: ['method', 'path'],
    });
    this.#sizes = metrics.histogram({
      name: 'http_response_size_bytes',
      help: 'How large answers are, in bytes, where that is known.',
      labelNames,
      buckets: sizes,
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
}
