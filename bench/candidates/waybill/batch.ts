import { AmqpConnection, App } from 'waybill/app';
import { BATCH } from '../common/batch.js';
import { names } from '../common/names.js';
import type { Parameters } from '../common/parameters.js';
import type { Assignment, Part } from '../part.js';

/** An App that takes what is in the queue in batches. */
export async function open({ url }: Assignment): Promise<Part> {
  return {
    async run(count) {
      const beganAt = performance.now();
      const seen = new Set<number>();
      const app = new App({ connections: [new AmqpConnection({ url })], metrics: false });
      await new Promise<void>((resolve) => {
        app.amqp.consume(names.queue, { bulkSize: BATCH, flushIntervalMs: 100 })((messages) => {
          for (const { body } of messages) seen.add((body as Envelope).content.parameters.index);
          if (seen.size === count) resolve();
        });
        void app.start();
      });
      await app.close();
      return Float64Array.of(performance.now() - beganAt);
    },
    close: async () => {},
  };
}

interface Envelope {
  readonly content: { readonly parameters: Parameters };
}
