import type { Delivery, Link } from '../amqp/index.js';
import { whenDone } from '../common/when-done.js';
import { toError } from '../errors.js';
import { isResult, type Result } from '../wire/index.js';
import { AnswerSender } from './answer-sender.js';
import { type Answer, type AnswerWriter, WrittenAnswer } from './answers.js';
import { callIdOf } from './call-id.js';
import { KnownCall } from './known-call.js';
import { ReplyStore } from './reply-store.js';
import { type Fitness, type ServedCall, ServedCalls, type Server } from './served-calls.js';
import { writeError } from './write-error.js';

/** Answers a call: with a result, or with a plain value that becomes a MessageResult. The first answer counts. */
export type Reply<Answer = unknown> = (answer: Answer | Result<Answer>) => void;

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
  /** Who answers, for people: `OrderDesk@host 4711`. */
  readonly server: string;
  /** Whether the callers of long calls are looked for. @default true */
  readonly abortWhenCallerGone?: boolean | undefined;
}

/** How the handling of a call ended. */
export interface Handled {
  /** What the handler threw, if it did. */
  readonly thrown?: unknown;
  /** Resolves when the call may be settled, and never rejects; undefined where it may be at once, since its answer is before it. */
  readonly sent: Promise<void> | undefined;
  /** True when the caller has given the call up, or is gone: how it ended is no news for anybody. */
  readonly isUnwanted?: boolean;
}

/** A call that runs: what is known of it, and how its first answer leaves. */
interface Running {
  readonly delivery: Delivery;
  readonly call: KnownCall;
  /** Undefined for one that nobody can give up. */
  readonly served: ServedCall | undefined;
  sent: Promise<void> | undefined;
  failed: { readonly thrown: unknown } | undefined;
}

/**
 * Makes sure that exactly one answer leaves for each call: what the handler replies first, or returns, or throws, or
 * else an error that says there was none. A call that comes again gets the answer that was given before.
 */
export class Responder {
  readonly #link: Link;
  readonly #writer: AnswerWriter;
  readonly #store: ReplyStore;
  readonly #sender: AnswerSender;
  readonly #served: ServedCalls;
  readonly #server: Server;

  constructor(
    link: Link,
    { writer, server, store = new ReplyStore(), abortWhenCallerGone = true }: ResponderOptions,
  ) {
    this.#link = link;
    this.#writer = writer;
    this.#store = store;
    this.#sender = new AnswerSender(link);
    this.#served = ServedCalls.of(link);
    this.#server = { name: server, looksForCallers: abortWhenCallerGone };
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
    const id = callIdOf(delivery);
    const known = id === undefined ? undefined : this.#store.recall(id);
    if (known) return { sent: known.answered().then((answer) => this.#send(answer, delivery, known)) };
    const call = id === undefined ? new KnownCall() : this.#store.remember(id);
    const served = this.#served.begin(delivery, work, this.#server);
    const handled = this.#run({ delivery, call, served, sent: undefined, failed: undefined }, work);
    if (!served) return handled;
    return whenDone(handled, (ended): Handled => {
      this.#served.end(served);
      return served.isUnwanted ? { ...ended, isUnwanted: true } : ended;
    });
  }

  /**
   * Answers a call that must not be run, with an error and nothing else: neither is an earlier answer given, nor this one kept, since the call
   * may say that it is another's. Resolves when the call may be settled; undefined where that is at once.
   */
  refuse(delivery: Delivery, error: Error): Promise<void> | undefined {
    const { content, properties } = writeError(this.#writer, error, delivery, this.#link.logger);
    const answer = { content, properties: { ...properties, headers: undefined } };
    return this.#sender.send(answer, delivery, () => answer);
  }

  #run(running: Running, work: Work): Handled | Promise<Handled> {
    const reply = (value: unknown): void => {
      if (running.call.answer) this.#tellOfDropped(running.delivery);
      this.#give(running, value);
    };
    const end = (returned: unknown): Handled => {
      this.#give(running, returned);
      return handledOf(running);
    };
    try {
      const handled = whenDone(work.run(reply), end);
      return handled instanceof Promise ? handled.catch((thrown) => this.#fail(running, thrown)) : handled;
    } catch (thrown) {
      return this.#fail(running, thrown);
    }
  }

  /** Writes the answer that a handler has given. @throws for what cannot be written */
  write(given: unknown, delivery: Delivery): WrittenAnswer {
    const error = isResult(given) && !given.ok ? given.error : undefined;
    return new WrittenAnswer(this.#writer.write(given, delivery), error);
  }

  /** n.b. it must not throw: a reply from a callback would end the process by an answer that cannot be written. */
  #give(running: Running, value: unknown): void {
    const { call, delivery } = running;
    if (call.answer) return;
    try {
      const { answer, error } = value instanceof WrittenAnswer ? value : this.write(value, delivery);
      this.#answer(running, answer, error);
    } catch (thrown) {
      this.#fail(running, thrown);
    }
  }

  #fail(running: Running, thrown: unknown): Handled {
    const { call, delivery } = running;
    running.failed ??= { thrown };
    // Another server answers it: an error of ours would come before.
    if (delivery.isLeft && !call.answer) this.#store.forget(call);
    else if (!call.answer)
      this.#answer(running, writeError(this.#writer, thrown, delivery, this.#link.logger));
    return handledOf(running);
  }

  #answer(running: Running, answer: Answer, error?: unknown): void {
    const { call, delivery, served } = running;
    call.give(answer);
    if (served?.isUnwanted) return;
    delivery.watch?.answered(error);
    running.sent = this.#send(answer, delivery, call);
  }

  /** What can never leave is known as the refusal that has left in its place. */
  #send(answer: Answer, delivery: Delivery, call: KnownCall): Promise<void> | undefined {
    return this.#sender.send(answer, delivery, (reason) => {
      const refusal = writeError(this.#writer, reason, delivery, this.#link.logger);
      if (delivery.errorId !== undefined) this.#tellOfRefusal(reason, delivery);
      if (call.id !== undefined) this.#store.remember(call.id).give(refusal);
      return refusal;
    });
  }

  #tellOfRefusal(reason: unknown, { queue, errorId }: Delivery): void {
    const text = `An answer to a call from queue '${queue}' cannot leave (its caller was told: internal error ${errorId})`;
    this.#link.logger.error(`${text}: ${toError(reason).message}`);
  }

  /** Most often it comes from a callback, after its handler has ended: the caller was told that there is no answer. */
  #tellOfDropped({ handledBy = 'A handler', queue }: Delivery): void {
    this.#link.logger.warn(
      `${handledBy} called reply() for a call from queue '${queue}' that had been answered already, by an earlier reply() or as the ` +
        'handler ended; this answer is dropped. Await in the handler what the answer waits for.',
    );
  }
}

/** n.b. each call has one: to spread would cost it a microsecond. */
function handledOf({ failed, sent }: Running): Handled {
  return failed ? { thrown: failed.thrown, sent } : { sent };
}
