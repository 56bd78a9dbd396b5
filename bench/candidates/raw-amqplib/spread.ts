import { Arrivals } from '../common/arrivals.js';
import { names } from '../common/names.js';
import { type Parameters, parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import { handlerNames, one, queuesOf } from '../common/scale.js';
import type { Assignment, Part } from '../part.js';
import { open as connect, PREFETCH } from './connection.js';
import { decode, encode, keyOf, persistent, type RawEnvelope } from './envelope.js';

/** As `flow`, spread over many handlers, queues and channels. */
export async function open({ url, inFlight, bodyBytes, scale = one }: Assignment): Promise<Part> {
  const [publishing, consuming] = [await connect(url), await connect(url)];
  const channels = await Promise.all(
    Array.from({ length: scale.producers }, () => publishing.createConfirmChannel()),
  );
  const incoming = await consuming.createChannel();
  const [parameters, commands, queues] = [parametersOf(bodyBytes), handlerNames(scale), queuesOf(scale)];
  let arrivals = new Arrivals(0);
  const handle = ({ content }: RawEnvelope): void =>
    arrivals.arrived((content.parameters as Parameters).index);
  const handlers = new Map(commands.map((name) => [`message/command/${name}`, handle]));
  await incoming.prefetch(PREFETCH);
  for (const { queue } of queues) {
    await incoming.consume(queue, (message) => {
      if (!message) return;
      const envelope = decode(message.content);
      handlers.get(keyOf(envelope))?.(envelope);
      incoming.ack(message);
    });
  }
  return {
    async run(count) {
      arrivals = new Arrivals(count);
      const published = pump(count, inFlight, (index, done) => {
        arrivals.sent(index);
        const content = encode('message', commands[index % commands.length] ?? '', parameters(index));
        const routingKey = queues[index % queues.length]?.routingKey ?? '';
        channels[index % channels.length]?.publish(names.exchange, routingKey, content, persistent, done);
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
