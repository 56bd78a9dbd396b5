import { Arrivals } from '../common/arrivals.js';
import { names } from '../common/names.js';
import { type Parameters, parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import type { Assignment, Part } from '../part.js';
import { open as connect, PREFETCH } from './connection.js';
import { decode, encode, keyOf, persistent, type RawEnvelope } from './envelope.js';

export async function open({ url, inFlight, bodyBytes }: Assignment): Promise<Part> {
  const publishing = await connect(url);
  const consuming = await connect(url);
  const outgoing = await publishing.createConfirmChannel();
  const incoming = await consuming.createChannel();
  const parameters = parametersOf(bodyBytes);
  let arrivals = new Arrivals(0);
  const handlers = new Map([
    [
      'message/command/tick',
      ({ content }: RawEnvelope) => arrivals.arrived((content.parameters as Parameters).index),
    ],
  ]);
  await incoming.prefetch(PREFETCH);
  await incoming.consume(names.queue, (message) => {
    if (!message) return;
    const envelope = decode(message.content);
    handlers.get(keyOf(envelope))?.(envelope);
    incoming.ack(message);
  });
  return {
    async run(count) {
      arrivals = new Arrivals(count);
      const published = pump(count, inFlight, (index, done) => {
        arrivals.sent(index);
        const content = encode('message', 'tick', parameters(index));
        outgoing.publish(names.exchange, names.routingKey, content, persistent, done);
      });
      const [tookMs] = await Promise.all([arrivals.all, published]);
      return tookMs;
    },
    async close() {
      await incoming.close();
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}
