import type { AMQPMessage } from '@cloudamqp/amqp-client';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';

/** What a message holds. */
export function envelopeOf(message: AMQPMessage): RawEnvelope {
  return JSON.parse(message.bodyToString() ?? '') as RawEnvelope;
}
