import { changeProperties, type Delivery, type Link } from '../amqp/index.js';
import { whenDone } from '../common/when-done.js';
import { isWaybillError, toError } from '../errors.js';
import type { Result } from '../wire/index.js';
import type { Answer, AnswerWriter } from './answers.js';
import { ReplyStore } from './reply-store.js';
import { type Fitness, ServedCalls } from './served-calls.js';

/** Answers a call: with a result, or with a plain value that becomes a MessageResult. The first answer counts. */
export type Reply<Answer = unknown> = (answer: Answer | Result<Answer>) => void;

type Handle = (reply: Reply) => unknown;

/** What a call asks for. */
export interface Work {
  /** Does it. What it gives is the answer, unless `reply` gave one. */
  run(reply: Reply): unknown;
  /** Nobody wants it any more. */
  stop(reason: Error): void;
}

/** How a {@link Responder} answers. */
export interface ResponderOptions {
  /** The dialect of the answers. */
  readonly writer: AnswerWriter;
  /** Where answers are kept for calls that come again. @default a store with its default limits */
  readonly store?: ReplyStore | undefined;
  /** Whether the callers of long calls are looked for. @default true */
  readonly abortWhenCallerGone?: boolean | undefined;
}

/** How the handling of a call ended. */
export interface Handled {
  /** What the handler threw, if it did. */
  readonly thrown?: unknown;
  /** Resolves when the broker has the answer, or when it is known that it will not get it. Never rejects. */
  readonly sent: Promise<void>;
  /** True when the caller has given the call up, or is gone: how it ended is no news for anybody. */
  readonly isUnwanted?: boolean;
}

/**
 * Makes sure that exactly one answer leaves for each call: what the handler replies first, or returns, or throws, or
 * else an error that says there was none. A call that comes again gets the answer that was given before.
 */
export class Responder {
  readonly #link: Link;
  readonly #writer: AnswerWriter;
  readonly #store: ReplyStore;
  readonly #served: ServedCalls;
  readonly #looksForCallers: boolean;

  constructor(
    link: Link,
    { writer, store = new ReplyStore(), abortWhenCallerGone = true }: ResponderOptions,
  ) {
    this.#link = link;
    this.#writer = writer;
    this.#store = store;
    this.#served = ServedCalls.of(link);
    this.#looksForCallers = abortWhenCallerGone;
  }

  /** Whether a call that has come is still to be run. To be asked once for each, before anything else. */
  receive(delivery: Delivery): Fitness {
    return this.#served.receive(delivery);
  }

  /**
   * Does the work and answers. Ends when its handler has, at once where that is no promise; the call should be settled when
   * its answer is `sent`. Never throws: what the handler threw is told to the caller and given back here.
   */
  respond(delivery: Delivery, work: Work): Handled | Promise<Handled> {
    const id = idOf(delivery);
    const known = id === undefined ? undefined : this.#store.recall(id);
    if (known) return { sent: this.#send(delivery, known, id) };
    const call = this.#served.begin(delivery, work, this.#looksForCallers);
    const handled = this.#answer(delivery, id, (reply) => work.run(reply));
    if (!call) return handled;
    return whenDone(handled, (ended): Handled => {
      this.#served.end(call);
      return call.isUnwanted ? { ...ended, isUnwanted: true } : ended;
    });
  }

  #answer(delivery: Delivery, id: string | undefined, handle: Handle): Handled | Promise<Handled> {
    const answer = new OneAnswer();
    if (id !== undefined) this.#store.remember(id, answer.given);
    const sent = this.#send(delivery, answer.given, id);
    let failed: { readonly thrown: unknown } | undefined;
    const fail = (thrown: unknown): Handled => {
      failed ??= { thrown };
      // Another server answers it: an error of ours would come before.
      if (delivery.isLeft && !answer.isGiven) {
        if (id !== undefined) this.#store.forget(id);
        return { ...failed, sent: Promise.resolve() };
      }
      answer.give(() => this.#writeThrown(thrown, delivery));
      return { ...failed, sent };
    };
    // n.b. it must not throw: a reply from a callback would end the process by an answer that cannot be written.
    const give = (value: unknown): void => {
      try {
        answer.give(() => this.#writer.write(value, delivery));
      } catch (thrown) {
        fail(thrown);
      }
    };
    const reply = (value: unknown): void => {
      if (answer.isGiven) this.#tellOfDropped(delivery);
      give(value);
    };
    const end = (returned: unknown): Handled => {
      give(returned);
      return { ...failed, sent };
    };
    try {
      const handled = whenDone(handle(reply), end);
      return handled instanceof Promise ? handled.catch(fail) : handled;
    } catch (thrown) {
      return fail(thrown);
    }
  }

  /**
   * An answer that cannot leave is logged: the caller asks again, and is then answered from the store. One that can never
   * leave, as when it is too large, becomes an error that says so, here and in the store: asking again would not help.
   */
  async #send(delivery: Delivery, answer: Promise<Answer>, id: string | undefined): Promise<void> {
    const given = await answer;
    if (!delivery.properties.replyTo) return;
    try {
      await this.#publish(given, delivery);
    } catch (thrown) {
      this.#link.logger.warn(`An answer could not be sent: ${toError(thrown).message}`);
      if (!isForGood(thrown)) return;
      const refusal = this.#writeThrown(thrown, delivery);
      if (id !== undefined) this.#store.remember(id, Promise.resolve(refusal));
      await this.#publish(refusal, delivery).catch(() => {});
    }
  }

  /** Most often it comes from a callback, after its handler has ended: the caller was told that there is no answer. */
  #tellOfDropped({ handledBy = 'A handler', queue }: Delivery): void {
    this.#link.logger.warn(
      `${handledBy} called reply() for a call from queue '${queue}' that had been answered already, by an earlier reply() or as the ` +
        'handler ended; this answer is dropped. Await in the handler what the answer waits for.',
    );
  }

  /** An encoder of a user may fail at errors, too. Then the answer is an empty one: its caller need not wait for it in vain. */
  #writeThrown(thrown: unknown, delivery: Delivery): Answer {
    try {
      return this.#writer.writeThrown(thrown, delivery);
    } catch (failure) {
      const text = toError(failure).message;
      this.#link.logger.error(
        `The error of a call cannot be written (${text}); its caller gets an empty answer.`,
      );
      return { content: Buffer.alloc(0), properties: {} };
    }
  }

  async #publish({ content, properties }: Answer, { properties: asked }: Delivery): Promise<void> {
    const { replyTo, correlationId } = asked;
    const addressed = changeProperties(properties, { correlationId });
    await this.#link.publish({
      exchange: '',
      routingKey: replyTo as string,
      content,
      properties: addressed,
      mandatory: false,
    });
  }
}

/** An answer that is given once; later ones are dropped. */
class OneAnswer {
  readonly given: Promise<Answer>;
  #resolve!: (answer: Answer) => void;
  #done = false;

  constructor() {
    this.given = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isGiven(): boolean {
    return this.#done;
  }

  /** @throws what `write` throws, and then nothing was given. */
  give(write: () => Answer): void {
    if (this.#done) return;
    const answer = write();
    this.#done = true;
    this.#resolve(answer);
  }
}

/** A call is the same when the message is, and the correlation id: not every client's message ids are unique. */
function idOf({ properties }: Delivery): string | undefined {
  const { messageId, correlationId }: { messageId?: unknown; correlationId?: unknown } = properties;
  if (typeof messageId !== 'string' || messageId === correlationId) return messageId as string | undefined;
  return `${messageId}\n${String(correlationId)}`;
}

/** True for what the broker does not take, and for what AMQP cannot carry. */
function isForGood(thrown: unknown): boolean {
  return isWaybillError(thrown, 'PUBLISH_REFUSED') || isWaybillError(thrown, 'CONFIGURATION');
}
