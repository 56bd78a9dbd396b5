import { names } from '../common/names.js';
import { type Answer, checkAnswer, parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import type { Assignment, Part } from '../part.js';
import { open as connect } from './connection.js';
import { decode, encode } from './envelope.js';

const TIMEOUT_MS = 30_000;

/** Calls by direct reply-to. Requests are confirmed, so that one which the broker refuses fails at once and says why. */
export async function open({ url, inFlight, bodyBytes }: Assignment): Promise<Part> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const pending = new Map<string, (answer: Answer) => void>();
  const parameters = parametersOf(bodyBytes);
  let lastId = 0;
  await channel.consume(
    'amq.rabbitmq.reply-to',
    (message) => {
      if (!message) return;
      const { content } = decode(message.content);
      pending.get(message.properties.correlationId)?.(content.parameters as Answer);
    },
    { noAck: true },
  );
  return {
    run: (count) =>
      pump(count, inFlight, (index, done) => {
        const correlationId = String(++lastId);
        const timer = setTimeout(() => done(new Error(`Call ${index} timed out.`)), TIMEOUT_MS);
        pending.set(correlationId, (answer) => {
          clearTimeout(timer);
          pending.delete(correlationId);
          checkAnswer(answer, index);
          done();
        });
        const properties = {
          contentType: 'application/json',
          correlationId,
          replyTo: 'amq.rabbitmq.reply-to',
        };
        const request = encode('rpc', 'ask', parameters(index));
        channel.publish(names.exchange, names.routingKey, request, properties, (refused) => {
          if (refused) done(refused);
        });
      }),
    close: () => connection.close(),
  };
}
