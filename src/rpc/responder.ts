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

/** How the handling of a call ended. */
export interface Handled {
  /** What the handler threw, if it did. */
  readonly thrown?: unknown;
  /** Resolves when the broker has the answer, or when it is known that it will not get it. Never rejects. */
  readonly sent: Promise<void>;
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
   * Runs `handle` and answers. Ends when the handler has; the call should be settled when its answer is `sent`. Never
   * throws: what the handler threw is told to the caller and given back here.
   */
  async respond(delivery: Delivery, handle: (reply: Reply) => unknown): Promise<Handled> {
    const id = idOf(delivery);
    const known = id === undefined ? undefined : this.#store.recall(id);
    if (known) return { sent: this.#sendWhenThere(delivery, known) };
    const answer = new OneAnswer();
    if (id !== undefined) this.#store.remember(id, answer.bytes);
    const sent = this.#sendWhenThere(delivery, answer.bytes);
    return { ...(await this.#run(handle, answer)), sent };
  }

  async #sendWhenThere(delivery: Delivery, bytes: Promise<Buffer>): Promise<void> {
    await this.#send(delivery, await bytes);
  }

  async #run(handle: (reply: Reply) => unknown, answer: OneAnswer): Promise<Omit<Handled, 'sent'>> {
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

/** A call is the same when the message is, and the correlation id: not every client's message ids are unique. */
function idOf({ properties }: Delivery): string | undefined {
  const { messageId, correlationId }: { messageId?: unknown; correlationId?: unknown } = properties;
  return typeof messageId === 'string' ? `${messageId}\n${String(correlationId)}` : undefined;
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
