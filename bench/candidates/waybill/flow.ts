import { type Content, MessageHandler, MessageProcessor } from 'waybill';
import { Arrivals } from '../common/arrivals.js';
import { names } from '../common/names.js';
import { type Parameters, parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import type { Assignment, Part } from '../part.js';
import { BenchExchange, BenchProducer } from './facilities.js';

class TickReceiver extends MessageProcessor {
  static override readonly eqks = [[BenchExchange, [[names.queue, names.routingKey]]]] as const;

  arrivals = new Arrivals(0);

  @MessageHandler('command', 'tick')
  onTick({ parameters }: Content<Parameters>) {
    this.arrivals.arrived(parameters.index);
  }
}

export async function open({ url, inFlight, bodyBytes }: Assignment): Promise<Part> {
  const receiver = await new TickReceiver({ url }).start();
  const producer = await BenchProducer.connect({ url });
  const parameters = parametersOf(bodyBytes);
  return {
    async run(count) {
      const arrivals = new Arrivals(count);
      receiver.arrivals = arrivals;
      const published = pump(count, inFlight, (index, done) => {
        arrivals.sent(index);
        producer.message_tick(parameters(index)).then(() => done(), done);
      });
      const [tookMs] = await Promise.all([arrivals.all, published]);
      return tookMs;
    },
    async close() {
      await receiver.drain();
      await producer.close();
    },
  };
}
