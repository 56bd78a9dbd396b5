import type { MessageProperties } from '../../amqp/index.js';
import { identify } from '../../component/index.js';
import { type Envelope, EnvelopeEncoder, encodingOf, jsonEncoder } from '../../wire/index.js';

/** Bytes and properties of a message. */
export interface Written {
  readonly content: Buffer;
  readonly properties: MessageProperties;
}

/** A Waybill message as a producer writes it; its sender is `waybill`, with the user and the host of whoever types. */
export function writeEnvelope(message: Envelope, vhost: string): Written {
  const encoder = new EnvelopeEncoder(
    jsonEncoder,
    identify({ name: 'waybill', type: 'cli' }, 'waybill', vhost),
  );
  const properties = { ...encodingOf(jsonEncoder), type: String(message.body.name) };
  return { content: encoder.encode(message.body), properties };
}
