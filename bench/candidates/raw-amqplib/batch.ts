import { BATCH, BATCH_PREFETCH } from '../common/batch.js';
import { names } from '../common/names.js';
import type { Parameters } from '../common/parameters.js';
import type { Assignment, Part } from '../part.js';
import { open as connect } from './connection.js';
import { decode } from './envelope.js';

/** Takes what is in the queue in batches, each acked at once. */
export async function open({ url }: Assignment): Promise<Part> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.prefetch(BATCH_PREFETCH);
  return {
    async run(count) {
      const beganAt = performance.now();
      const seen = new Set<number>();
      let batch: Parameters[] = [];
      let done = (): void => {};
      const all = new Promise<void>((resolve) => (done = resolve));
      const { consumerTag } = await channel.consume(names.queue, (message) => {
        if (!message) return;
        batch.push(decode(message.content).content.parameters as Parameters);
        if (batch.length < BATCH && seen.size + batch.length < count) return;
        for (const { index } of batch) seen.add(index);
        batch = [];
        channel.ack(message, true);
        if (seen.size === count) done();
      });
      await all;
      await channel.cancel(consumerTag);
      return Float64Array.of(performance.now() - beganAt);
    },
    close: () => connection.close(),
  };
}
