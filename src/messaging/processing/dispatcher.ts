import type { Delivery, Failure, FailurePolicy } from '../../amqp/index.js';
import { cut, storyOf } from '../../common/foreign-text.js';
import { isPromiseLike, whenDone } from '../../common/when-done.js';
import { MalformedMessageError, toError, UnhandledMessageError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Handled, Reply, Responder } from '../../rpc/index.js';
import {
  decoderFor,
  type Encoder,
  isRecord,
  MessageResultError,
  type ReceivedBody,
  readBody,
} from '../../wire/index.js';
import { type ContextHost, HandlerContext } from '../handlers/context.js';
import { placeName } from '../handlers/entry.js';
import type { HandlerTable, TableEntry } from '../handlers/table.js';
import { type End, type Fate, fateOf } from './fate.js';
import { bodyFor, runHandler, skipped } from './run-handler.js';
import { nameOf, type Unhandled, type UnhandledCount, type UnhandledMessage } from './unhandled.js';

/** What a {@link Dispatcher} works with. */
export interface DispatcherOptions extends ContextHost {
  /** For the log: the processor's class. */
  readonly name: string;
  readonly table: HandlerTable;
  readonly encoder: Encoder;
  readonly responder: Responder;
  readonly failures: FailurePolicy;
  readonly logger: Logger;
  readonly debug: boolean;
  /** Asked for messages that no handler of the table is for; true when they were taken. */
  builtIn(body: ReceivedBody): Fate | undefined;
  /** What becomes of a message that no handler is for. @default 'park', and 'ack' where nothing is lost by it */
  readonly unhandled: Unhandled | undefined;
  readonly unhandledCount: UnhandledCount;
  /** Told of each such message. Must not throw. */
  onUnhandled(message: UnhandledMessage): void;
  /** Told after a message was settled that ends or restarts the component. */
  onEnd(how: End): void;
}

/**
 * Takes each delivery to its handlers and settles it once. Nothing that a peer sends and nothing that a handler throws
 * gets past this: it ends as the fate of that one message.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Handles a delivery. Never rejects. The next one may start when this ends. */
  readonly handle = (delivery: Delivery): void | Promise<void> => {
    let body: ReceivedBody;
    try {
      body = this.#read(delivery);
    } catch (thrown) {
      return this.#settle(delivery, this.#failed(delivery, thrown));
    }
    if (body.category === 'rpc') return this.#call(delivery, body);
    return whenDone(this.#message(delivery, body), (outcome) => this.#settle(delivery, outcome));
  };

  /** Settles a message that is not run any more. */
  readonly giveUp = (delivery: Delivery, reason: Error): void => {
    void this.#options.failures.giveUp(delivery, reason);
  };

  /** @throws ConfigurationError for a queue in which what fails cannot be settled as it was asked for. */
  assertFits(queue: string): void {
    this.#options.failures.assertFits(queue);
  }

  #read(delivery: Delivery): ReceivedBody {
    const { encoder, debug, logger, name } = this.#options;
    const { content, properties } = delivery;
    const body = readBody(
      decode(decoderFor(encoder, properties.contentEncoding as string | undefined), content),
    );
    if (debug) logger.debug(`<-- ${name}: from ${delivery.queue} ${JSON.stringify(body).slice(0, 2_000)}`);
    return body;
  }

  /** All handlers, one after the other; the first that throws stops the rest and decides (P-B32). */
  #message(delivery: Delivery, body: ReceivedBody): Outcome | Promise<Outcome> {
    const handlers = this.#options.table.find(body.category, body.type, body.name);
    const failed = this.#runFrom(0, { delivery, body, handlers });
    return whenDone(failed, (failure) => failure ?? this.#handled(delivery, body, handlers));
  }

  /** Gives what became of the first handler that threw, if one did. */
  #runFrom(first: number, work: Work): Outcome | undefined | Promise<Outcome | undefined> {
    const { delivery, body, handlers } = work;
    for (let at = first; at < handlers.length; at++) {
      const entry = handlers[at] as TableEntry;
      const fail = (thrown: unknown) => this.#failed(delivery, thrown, { body, entry });
      try {
        const returned = this.#run(delivery, bodyFor(body, handlers), entry, null);
        if (isPromiseLike(returned))
          return Promise.resolve(returned).then(() => this.#runFrom(at + 1, work), fail);
      } catch (thrown) {
        return fail(thrown);
      }
    }
    return undefined;
  }

  #handled(delivery: Delivery, body: ReceivedBody, handlers: readonly TableEntry[]): Outcome {
    // A handler of this very name replaces what is built in; one for any name only looks on.
    const replaced = handlers.some(({ name }) => name === body.name);
    const builtIn = replaced ? undefined : this.#options.builtIn(body);
    if (builtIn !== undefined) return { fate: builtIn };
    return handlers.length > 0 ? done : this.#unhandled(delivery, body);
  }

  /** A queue may carry more than its consumer cares for; but a misspelt name, or one that is newer than we, looks the same. */
  #unhandled(delivery: Delivery, body: ReceivedBody): Outcome {
    const { name, unhandled, unhandledCount, onUnhandled, failures } = this.#options;
    // A status tells, and asks for nothing; a stream keeps what it holds.
    const losesNothing = body.type === 'status' || failures.isStream(delivery.queue);
    const fate = unhandled ?? (losesNothing ? 'ack' : 'park');
    onUnhandled(unhandledCount.add(delivery, body, fate));
    if (fate !== 'park') return { fate };
    const error = new UnhandledMessageError(`${name} has no handler for ${nameOf(body)}.`);
    return { fate: 'keep', failure: { error } };
  }

  /**
   * The last declared handler answers; where there is none, that is the answer. A call that waited here until it expired
   * must not run: nobody waits for this attempt any more, and the next one is on its way. Nor must one that names nobody to
   * answer: it would be done, and done again by whoever sends back what is parked.
   */
  #call(delivery: Delivery, body: ReceivedBody): void | Promise<void> {
    if (delivery.expired) return this.#settle(delivery, { fate: 'reject' });
    if (!delivery.properties.replyTo)
      return this.#settle(delivery, this.#failed(delivery, unanswerable(body)));
    const entry = this.#options.table.find(body.category, body.type, body.name).at(-1);
    const handled = this.#options.responder.respond(delivery, (reply) =>
      entry ? this.#answer(delivery, body, entry, reply) : this.#nobody(body),
    );
    return whenDone(handled, (how) => {
      const outcome = this.#outcomeOfCall(delivery, body, entry, how);
      // The slot is free for the next call now; this one is settled when its answer is safe.
      void how.sent.then(() => this.#settle(delivery, outcome));
    });
  }

  #answer(delivery: Delivery, body: ReceivedBody, entry: TableEntry, reply: Reply): unknown {
    const returned = this.#run(delivery, bodyFor(body, [entry]), entry, reply);
    return whenDone(returned, (value) =>
      value === skipped ? new MessageResultError(`A filter turned away ${nameOf(body)}.`) : value,
    );
  }

  #nobody(body: ReceivedBody): MessageResultError {
    return new MessageResultError(`${this.#options.name} has no handler for ${nameOf(body)}.`);
  }

  /** A call that failed is not kept: its caller knows, and may call again. */
  #outcomeOfCall(
    delivery: Delivery,
    body: ReceivedBody,
    entry: TableEntry | undefined,
    handled: Handled,
  ): Outcome {
    if ('thrown' in handled) {
      const { fate } = this.#failed(delivery, handled.thrown, entry && { body, entry });
      return { fate: fate === 'fail' ? 'reject' : fate };
    }
    return { fate: 'ack' };
  }

  #run(delivery: Delivery, body: ReceivedBody, entry: TableEntry, reply: Reply | null): unknown {
    delivery.handledBy = entry.label;
    const context = new HandlerContext(this.#options, body, delivery);
    let pending = false;
    try {
      const returned = runHandler({ processor: this.#options.processor, entry, context, reply });
      pending = isPromiseLike(returned);
      return pending ? Promise.resolve(returned).finally(() => context.end()) : returned;
    } finally {
      if (!pending) context.end();
    }
  }

  #settle(delivery: Delivery, { fate, failure }: Outcome): void {
    const { failures } = this.#options;
    if (failure)
      void (fate === 'keep' ? failures.keep(delivery, failure) : failures.settle(delivery, failure));
    else if (fate === 'reject') delivery.reject();
    else delivery.ack();
    if (fate === 'leave' || fate === 'exit' || fate === 'restart') this.#options.onEnd(fate);
  }

  /** The outcome of what was thrown; a failure is told to the log. */
  #failed(delivery: Delivery, thrown: unknown, where?: Where): Outcome {
    const fate = fateOf(thrown);
    if (fate !== 'fail') return { fate };
    const error = toError(thrown);
    const handler = where && placeName(where.entry.place);
    const what = where ? `${handler} failed on ${nameOf(where.body)}` : 'unreadable message';
    const how = where ? storyOf(error) : cut(error.message, 1_000);
    this.#options.logger.error(`${this.#options.name}: ${what} from queue '${delivery.queue}': ${how}`);
    return { fate, failure: { error, handler } };
  }
}

/** How the handling of a message ended. */
interface Outcome {
  readonly fate: Fate;
  readonly failure?: Failure;
}

const done: Outcome = { fate: 'ack' };

/** A message and who is for it. */
interface Work {
  readonly delivery: Delivery;
  readonly body: ReceivedBody;
  readonly handlers: readonly TableEntry[];
}

interface Where {
  readonly body: ReceivedBody;
  readonly entry: TableEntry;
}

/** An encoder of a user may throw anything; the outcome is the same for the message. */
function decode(encoder: Encoder, content: Buffer): unknown {
  const decoded = encoder.decode(content);
  if (!isRecord(decoded)) throw new MalformedMessageError('The body is not an object.');
  return decoded;
}

function unanswerable(body: ReceivedBody): MalformedMessageError {
  return new MalformedMessageError(`The call ${nameOf(body)} names no reply_to; it was not run.`);
}
