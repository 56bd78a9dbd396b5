import type { HeaderValue } from '../../amqp/index.js';
import { type CallRequest, resultReader } from '../../rpc/index.js';
import { type Envelope, EnvelopeEncoder, type FingerprintStamp, isEvent } from '../../wire/index.js';
import { wireReader } from '../wires/answers.js';
import type { Wire } from '../wires/wire.js';
import type { SendingDefaults } from './posting.js';

/** A message in the bytes of its dialect. */
export interface Written {
  readonly content: Buffer;
  /** The routing key, where the message itself says that. */
  readonly key: string | undefined;
  /** Those that belong to it. */
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
}

/** In which form the messages of a producer leave, and its answers come. */
export interface Dialect {
  /** @throws EncodingError for what cannot be encoded */
  write(message: Envelope): Written;
  /** Makes what reads the answers to one call. */
  newReader(): CallRequest['read'];
}

/** That of a class of producers. */
export function dialectOf({ encoder, wire }: SendingDefaults, fingerprint: FingerprintStamp): Dialect {
  if (wire) return wireDialect(wire, encoder);
  const envelopes = new EnvelopeEncoder(encoder, fingerprint);
  const read = resultReader(encoder);
  return {
    write: (message) => ({ content: envelopes.encode(message.body), key: eventKeyOf(message) }),
    newReader: () => read,
  };
}

function wireDialect(wire: Wire, encoder: SendingDefaults['encoder']): Dialect {
  return {
    write: (message) => {
      const { name, category, content } = message.body;
      const told = { name: String(name), parameters: parametersOf(content), isCall: category === 'rpc' };
      const { body, key, headers } = wire.write({ ...told, eventKey: eventKeyOf(message) });
      return { content: encoder.encode(body), key, headers };
    },
    newReader: () => wireReader(wire, encoder),
  };
}

function eventKeyOf(message: Envelope): string | undefined {
  return isEvent(message) ? message.key : undefined;
}

/** Of a message that is no command all that it carries. */
function parametersOf(content: unknown): unknown {
  const { parameters = content } = content as { readonly parameters?: unknown };
  return parameters;
}
