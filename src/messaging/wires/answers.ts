import { nextMessageId, type Received } from '../../amqp/index.js';
import type { Answer, AnsweredCall, CallRequest, StreamWriter } from '../../rpc/index.js';
import {
  decoderFor,
  type Encoder,
  ErrorTeller,
  type ErrorTellerOptions,
  encodingOf,
  encodingTold,
  isResult,
  MessageResult,
  MessageResultException,
  readHops,
  receivedResult,
  remoteError,
  type ToldEncoding,
} from '../../wire/index.js';
import type { LeavingAnswer, Wire } from './wire.js';

/** Writes answers in the form of a wire. */
export class WireAnswers implements StreamWriter {
  readonly encoder: Encoder;
  readonly #wire: Wire;
  readonly #teller: ErrorTeller;

  constructor(wire: Wire, encoder: Encoder, told: ErrorTellerOptions) {
    this.#wire = wire;
    this.encoder = encoder;
    this.#teller = new ErrorTeller(told);
  }

  /** A result by what it says, any other value as it is; nothing is answered with an error that says so. */
  write(given: unknown): Answer {
    if (given === undefined)
      return this.#encode(this.#wire.writeFailure({ name: 'Error', message: 'The handler gave no answer.' }));
    const result = isResult(given) ? given : new MessageResult(given);
    if (result.ok) return this.#encode(this.#wire.writeAnswer(result.value));
    const name = result.type === 'exception' ? result.value : 'Error';
    return this.#encode(this.#wire.writeFailure({ name, message: result.message }));
  }

  writeThrown(thrown: unknown, call: AnsweredCall): Answer {
    const { name, message, details, headers } = this.#teller.tell(thrown, call, nextMessageId);
    const answer = this.#encode(
      this.#wire.writeFailure({ name, message, details: details && { ...details } }),
    );
    return { content: answer.content, properties: { ...answer.properties, headers } };
  }

  #encode({ body, type }: LeavingAnswer): Answer {
    return { content: this.encoder.encode(body), properties: { ...encodingOf(this.encoder), type } };
  }
}

/** Reads the answers to one call in the form of a wire. */
export function wireReader(wire: Wire, encoder: Encoder): CallRequest['read'] {
  const read = wire.newReader();
  return ({ content, properties }: Received) => {
    const { type, headers = {} } = properties;
    const decoder = decoderFor(encoder, encodingTold(properties as ToldEncoding));
    const body = content.length === 0 ? undefined : decoder.decode(content);
    const meant = read({ body, type, headers });
    if (meant === undefined) return undefined;
    if ('value' in meant) return receivedResult(meant.value);
    const { name, message, details } = meant.failure;
    const error = remoteError(name, message, details, readHops(headers));
    return new MessageResultException(name, message, error);
  };
}
