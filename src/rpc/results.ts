import { nextMessageId, type Received } from '../amqp/index.js';
import { MalformedReplyError, type RemoteError, type WaybillError } from '../errors.js';
import {
  decoderFor,
  type Encoder,
  EnvelopeEncoder,
  ErrorTeller,
  encodingOf,
  encodingTold,
  type FingerprintStamp,
  isResult,
  MessageResult,
  MessageResultError,
  MessageResultException,
  type RemoteErrors,
  type Result,
  readHops,
  readResult,
  type ToldEncoding,
} from '../wire/index.js';
import type { Answer, AnsweredCall, StreamWriter } from './answers.js';

/** How a {@link ResultWriter} writes. */
export interface ResultWriterOptions {
  readonly encoder: Encoder;
  /** Who answers. */
  readonly fingerprint: FingerprintStamp;
  /** What callers are told of errors. @default 'all' */
  readonly remoteErrors?: RemoteErrors | undefined;
  /** Sends the stack of a handler's error along. @default false: stacks tell strangers how the program is built */
  readonly remoteStacks?: boolean | undefined;
}

/** Writes answers as envelopes with a result, as Postage does (seeds 1.2). */
export class ResultWriter implements StreamWriter {
  readonly encoder: Encoder;
  readonly #envelopes: EnvelopeEncoder;
  readonly #properties: Answer['properties'];
  readonly #teller: ErrorTeller;

  constructor({ encoder, fingerprint, ...told }: ResultWriterOptions) {
    this.encoder = encoder;
    this.#envelopes = new EnvelopeEncoder(encoder, fingerprint);
    this.#properties = encodingOf(encoder);
    this.#teller = new ErrorTeller({ component: fingerprint, ...told });
  }

  /** A result as it is, any other value as a MessageResult; nothing is answered with an error that says so. An error's code stands where Postage does not look. */
  write(given: unknown): Answer {
    const result = given === undefined ? noAnswer() : asResult(given);
    const code = result.type === 'error' ? codeOf(result.error) : undefined;
    return this.#encode(result, code === undefined ? {} : { error: { code } });
  }

  /** The class name and the message of what was thrown; beside them what Postage does not know. */
  writeThrown(thrown: unknown, call: AnsweredCall): Answer {
    const { name, message, details, headers } = this.#teller.tell(thrown, call, nextMessageId);
    const reserved = details ? { error: details } : {};
    const { content, properties } = this.#encode(new MessageResultException(name, message), reserved);
    return { content, properties: { ...properties, headers } };
  }

  #encode(result: Result, reserved: Readonly<Record<string, unknown>> = {}): Answer {
    return { content: this.#envelopes.encode(result.body, reserved), properties: this.#properties };
  }
}

/** Reads answers that are envelopes with a result. */
export function resultReader(encoder: Encoder): (reply: Received) => Result {
  return ({ content, properties }) =>
    readResult(
      decoderFor(encoder, encodingTold(properties as ToldEncoding)).decode(content),
      readHops(properties.headers),
    );
}

/** Reads the items of a frame. */
export function itemsReader(encoder: Encoder): (frame: Received) => readonly unknown[] {
  return ({ content, properties }) => {
    const items = decoderFor(encoder, encodingTold(properties as ToldEncoding)).decode(content);
    if (Array.isArray(items)) return items;
    throw new MalformedReplyError('A frame of a stream holds no list of items.');
  };
}

function codeOf(error: WaybillError): string | undefined {
  return error.code === 'REMOTE' ? (error as RemoteError).remoteCode : error.code;
}

function asResult(value: unknown): Result {
  return isResult(value) ? value : new MessageResult(value ?? null);
}

function noAnswer(): MessageResultError {
  return new MessageResultError('The handler gave no answer.');
}
