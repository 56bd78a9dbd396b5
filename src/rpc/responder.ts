import type { Delivery, Link } from '../amqp/index.js';
import { toError } from '../errors.js';
import {
  type Encoder,
  exceptionResult,
  type FingerprintStamp,
  MessageResult,
  MessageResultError,
  MessageResultException,
  type Result,
  remoteDetails,
} from '../wire/index.js';
import { ReplyStore } from './reply-store.js';

/** Answers a call: with a result, or with a plain value that becomes a MessageResult. The first answer counts. */
export type Reply<Answer = unknown> = (answer: Answer | Result<Answer>) => void;

/** How a {@link Responder} answers. */
export interface ResponderOptions {
  readonly encoder: Encoder;
  /** Who answers. */
  readonly fingerprint: FingerprintStamp;
  /** Sends the stack of a handler's error along. @default false: stacks tell strangers how the program is built */
  readonly remoteStacks?: boolean;
  /** Where answers are kept for calls that come again. @default a store with its default limits */
  readonly store?: ReplyStore;
}

/** How the handling of a call ended: with what the handler threw, if it did. */
export interface Handled {
  readonly thrown?: unknown;
}

/**
 * Makes sure that exactly one answer leaves for each call: what the handler replies first, or returns, or throws, or
 * else an error that says there was none. A call that comes again gets the answer that was given before.
 */
export class Responder {
  readonly #link: Link;
  readonly #encoder: Encoder;
  readonly #fingerprint: FingerprintStamp;
  readonly #remoteStacks: boolean;
  readonly #store: ReplyStore;

  constructor(link: Link, options: ResponderOptions) {
    this.#link = link;
    this.#encoder = options.encoder;
    this.#fingerprint = options.fingerprint;
    this.#remoteStacks = options.remoteStacks ?? false;
    this.#store = options.store ?? new ReplyStore();
  }

  /**
   * Runs `handle` and answers. Ends when the handler has and the broker has the answer. Never throws: what the handler
   * threw is told to the caller and given back here.
   */
  async respond(delivery: Delivery, handle: (reply: Reply) => unknown): Promise<Handled> {
    const id: unknown = delivery.properties.messageId;
    const known = typeof id === 'string' ? this.#store.recall(id) : undefined;
    if (known) {
      await this.#send(delivery, await known);
      return {};
    }
    const answer = new OneAnswer();
    if (typeof id === 'string') this.#store.remember(id, answer.bytes);
    const sent = answer.bytes.then((bytes) => this.#send(delivery, bytes));
    const handled = await this.#run(handle, answer);
    await sent;
    return handled;
  }

  async #run(handle: (reply: Reply) => unknown, answer: OneAnswer): Promise<Handled> {
    try {
      const returned = await handle((value) => answer.give(() => this.#encode(asResult(value))));
      answer.give(() => this.#encode(returned === undefined ? noAnswer() : asResult(returned)));
      return {};
    } catch (thrown) {
      answer.give(() => this.#encode(exceptionResult(thrown), remoteDetails(thrown, this.#remoteStacks)));
      return { thrown };
    }
  }

  #encode(result: Result, reserved: object = {}): Buffer {
    return this.#encoder.encode({ ...result.body, fingerprint: this.#fingerprint, _reserved: reserved });
  }

  /** An answer that cannot leave is logged: the caller asks again, and is then answered from the store. */
  async #send(delivery: Delivery, content: Buffer): Promise<void> {
    const { replyTo, correlationId } = delivery.properties;
    if (!replyTo) return;
    const { contentType, contentEncoding } = this.#encoder;
    const properties = {
      contentType,
      ...(contentEncoding && { contentEncoding }),
      ...(correlationId && { correlationId }),
    };
    try {
      await this.#link.publish({ exchange: '', routingKey: replyTo, content, properties, mandatory: false });
    } catch (thrown) {
      this.#link.logger.warn(`An answer could not be sent: ${toError(thrown).message}`);
    }
  }
}

/** An answer that is given once; later ones are dropped. */
class OneAnswer {
  readonly bytes: Promise<Buffer>;
  #resolve!: (bytes: Buffer) => void;
  #given = false;

  constructor() {
    this.bytes = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** @throws what `encode` throws, and then nothing was given. */
  give(encode: () => Buffer): void {
    if (this.#given) return;
    const bytes = encode();
    this.#given = true;
    this.#resolve(bytes);
  }
}

function asResult(value: unknown): Result {
  const isResult =
    value instanceof MessageResult ||
    value instanceof MessageResultError ||
    value instanceof MessageResultException;
  return isResult ? value : new MessageResult(value ?? null);
}

function noAnswer(): MessageResultError {
  return new MessageResultError('The handler gave no answer.');
}
