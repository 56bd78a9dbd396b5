import { names } from '../../candidates/common/names.js';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { calling } from '../common/calling.js';
import { Pending } from '../common/pending.js';
import { open as connect } from './connection.js';
import { envelopeOf } from './envelope.js';

const REPLY_TO = 'amq.rabbitmq.reply-to';

export async function open(assignment: Assignment): Promise<Part> {
  const { channel, close } = await connect(assignment.url);
  const pending = new Pending<RawEnvelope>();
  await channel.confirmSelect();
  await channel.basicConsume(REPLY_TO, { noAck: true }, (message) =>
    pending.settle(message.properties.correlationId, envelopeOf(message)),
  );
  const ask = (request: Buffer): Promise<RawEnvelope> =>
    pending.add((correlationId) => {
      const properties = { contentType: 'application/json', correlationId, replyTo: REPLY_TO };
      return channel.basicPublish(names.exchange, names.routingKey, request, properties);
    });
  return calling(assignment, ask, close);
}
