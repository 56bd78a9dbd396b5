import type { Received } from '../amqp/index.js';
import {
  decoderFor,
  type Encoder,
  EnvelopeEncoder,
  encodingOf,
  exceptionResult,
  type FingerprintStamp,
  isResult,
  MessageResult,
  MessageResultError,
  type Result,
  readResult,
  remoteDetails,
} from '../wire/index.js';
import type { Answer, AnswerWriter } from './answers.js';

/** How a {@link ResultWriter} writes. */
export interface ResultWriterOptions {
  readonly encoder: Encoder;
  /** Who answers. */
  readonly fingerprint: FingerprintStamp;
  /** Sends the stack of a handler's error along. @default false: stacks tell strangers how the program is built */
  readonly remoteStacks?: boolean;
}

/** Writes answers as envelopes with a result, as Postage does (seeds 1.2). */
export class ResultWriter implements AnswerWriter {
  readonly #envelopes: EnvelopeEncoder;
  readonly #properties: Answer['properties'];
  readonly #remoteStacks: boolean;

  constructor({ encoder, fingerprint, remoteStacks = false }: ResultWriterOptions) {
    this.#envelopes = new EnvelopeEncoder(encoder, fingerprint);
    this.#properties = encodingOf(encoder);
    this.#remoteStacks = remoteStacks;
  }

  /** A result as it is, any other value as a MessageResult; nothing is answered with an error that says so. */
  write(given: unknown): Answer {
    return this.#encode(given === undefined ? noAnswer() : asResult(given));
  }

  /** The class name and the message of what was thrown. */
  writeThrown(thrown: unknown): Answer {
    return this.#encode(exceptionResult(thrown), remoteDetails(thrown, this.#remoteStacks));
  }

  #encode(result: Result, reserved: Readonly<Record<string, unknown>> = {}): Answer {
    return { content: this.#envelopes.encode(result.body, reserved), properties: this.#properties };
  }
}

/** Reads answers that are envelopes with a result. */
export function resultReader(encoder: Encoder): (reply: Received) => Result {
  return ({ content, properties }) =>
    readResult(decoderFor(encoder, properties.contentEncoding as string | undefined).decode(content));
}

function asResult(value: unknown): Result {
  return isResult(value) ? value : new MessageResult(value ?? null);
}

function noAnswer(): MessageResultError {
  return new MessageResultError('The handler gave no answer.');
}
