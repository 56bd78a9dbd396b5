import { type Content, GenericProducer, MessageCommand, MessageProcessor } from 'waybill';
import { Arrivals } from '../common/arrivals.js';
import { names } from '../common/names.js';
import { type Parameters, parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import { handlerNames, one, queuesOf, type Scale } from '../common/scale.js';
import type { Assignment, Part } from '../part.js';
import { BenchExchange } from './facilities.js';

/** As `flow`, spread over many handlers, queues and producers. */
export async function open({ url, inFlight, bodyBytes, scale = one }: Assignment): Promise<Part> {
  const [parameters, queues] = [parametersOf(bodyBytes), queuesOf(scale)];
  const receiver = await new (receiverOf(scale))({ url }).start();
  const SpreadProducer = producerOf(handlerNames(scale));
  const producers = await Promise.all(
    Array.from({ length: scale.producers }, () => SpreadProducer.connect({ url })),
  );
  const views = Array.from({ length: lcm(queues.length, producers.length) }, (_, index) =>
    producers[index % producers.length]?.with({ key: queues[index % queues.length]?.routingKey }),
  );
  return {
    async run(count) {
      const arrivals = new Arrivals(count);
      receiver.arrivals = arrivals;
      const published = pump(count, inFlight, (index, done) => {
        arrivals.sent(index);
        views[index % views.length]?.message_tick(parameters(index)).then(() => done(), done);
      });
      const [tookMs] = await Promise.all([arrivals.all, published]);
      return tookMs;
    },
    async close() {
      await receiver.drain();
      await Promise.all(producers.map((producer) => producer.close()));
    },
  };
}

function receiverOf(scale: Scale) {
  class Receiver extends MessageProcessor {
    static override readonly eqks = [
      [BenchExchange, queuesOf(scale).map(({ queue, routingKey }) => [queue, routingKey] as const)],
    ] as const;

    arrivals = new Arrivals(0);
  }
  for (const name of handlerNames(scale)) {
    Receiver.handle('command', name, function (content: Content) {
      this.arrivals.arrived((content.parameters as Parameters).index);
    });
  }
  return Receiver;
}

function producerOf(commands: readonly string[]) {
  return class SpreadProducer extends GenericProducer {
    static override readonly eks = [[BenchExchange, names.routingKey]] as const;
    static override readonly names = { tick: '*' };

    build_message_tick(parameters: Parameters) {
      return new MessageCommand(commands[parameters.index % commands.length] ?? '', parameters);
    }
  };
}

/** The least common multiple; here one is a multiple of the other, or one of them is 1. */
function lcm(a: number, b: number): number {
  return Math.max(a, b);
}
