import { names } from '../common/names.js';
import { answerTo, type Parameters } from '../common/parameters.js';
import type { Assignment, Part } from '../part.js';
import { open as connect, PREFETCH } from './connection.js';
import { decode, encode, keyOf, type RawEnvelope } from './envelope.js';

/** Answers calls, on a connection beside the one that consumes them. */
export async function open({ url }: Assignment): Promise<Part> {
  const publishing = await connect(url);
  const consuming = await connect(url);
  const outgoing = await publishing.createChannel();
  const incoming = await consuming.createChannel();
  const handlers = new Map([
    ['rpc/command/ask', ({ content }: RawEnvelope) => answerTo(content.parameters as Parameters)],
  ]);
  let handled = 0;
  await incoming.prefetch(PREFETCH);
  await incoming.consume(names.queue, (message) => {
    if (!message) return;
    const { replyTo, correlationId } = message.properties;
    const request = decode(message.content);
    const answer = handlers.get(keyOf(request))?.(request);
    outgoing.publish('', replyTo, encode('message', 'none', answer), {
      contentType: 'application/json',
      correlationId,
    });
    incoming.ack(message);
    handled++;
  });
  return {
    get handled() {
      return handled;
    },
    async close() {
      await incoming.close();
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}
