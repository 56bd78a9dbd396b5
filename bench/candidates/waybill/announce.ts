import { parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import type { Assignment, Part } from '../part.js';
import { BenchProducer } from './facilities.js';

export async function open({ url, inFlight, bodyBytes }: Assignment): Promise<Part> {
  const producer = await BenchProducer.connect({ url });
  const parameters = parametersOf(bodyBytes);
  return {
    run: (count) =>
      pump(count, inFlight, (index, done) => {
        producer.message_tick_status(parameters(index)).then(() => done(), done);
      }),
    close: () => producer.close(),
  };
}
