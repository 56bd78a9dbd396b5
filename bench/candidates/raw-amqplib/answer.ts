import { names } from '../common/names.js';
import { answerTo, type Parameters } from '../common/parameters.js';
import type { Assignment, Part } from '../part.js';
import { open as connect, PREFETCH } from './connection.js';
import { decode, encode, keyOf, type RawEnvelope } from './envelope.js';

/** Answers calls, on a connection beside the one that consumes them; a call is acked when its answer is confirmed. */
export async function open({ url }: Assignment): Promise<Part> {
  const publishing = await connect(url);
  const consuming = await connect(url);
  const outgoing = await publishing.createConfirmChannel();
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
    const properties = { contentType: 'application/json', correlationId };
    outgoing.publish('', replyTo, encode('message', 'none', answer), properties, () => incoming.ack(message));
    handled++;
  });
  return {
    get handled() {
      return handled;
    },
    async close() {
      await outgoing.waitForConfirms();
      await incoming.close();
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}
