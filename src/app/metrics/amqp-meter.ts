import type { BatchCause } from '../common/batches.js';
import type { Meter } from '../parts/meter.js';
import type { Metrics } from './metrics.js';
import type { Counter, Histogram } from './metrics-options.js';

/** What is counted without anybody being told: asked when the figures are read. */
export interface Activity {
  /** AMQP connections that are up. */
  readonly connections: number;
  /** Queues that are consumed. */
  readonly consumers: number;
}

/** Measures messages, under the names that async-worker only documents. */
export class AmqpMeter implements Pick<Meter, 'batch' | 'settled'> {
  readonly #processed: Counter;
  readonly #batches: { readonly [Cause in BatchCause]: Counter };
  readonly #handling: Histogram;

  constructor(metrics: Metrics, activity: () => Activity) {
    this.#processed = metrics.counter({
      name: 'amqp_processed_messages',
      help: 'How many messages of a queue were settled, and how.',
      labelNames: ['queue_name', 'action'],
    });
    this.#batches = {
      full: metrics.counter({ name: 'amqp_filled_buckets', help: 'How many batches were full.' }),
      flush: metrics.counter({ name: 'amqp_flushed_buckets', help: 'How many went out before that.' }),
    };
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

  batch(cause: BatchCause): () => void {
    const begun = performance.now();
    this.#batches[cause].inc();
    return () => this.#handling.observe(performance.now() - begun);
  }

  settled(queue: string, action: string): void {
    this.#processed.inc({ queue_name: queue, action });
  }
}
