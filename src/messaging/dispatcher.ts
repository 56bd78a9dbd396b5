import type { Delivery } from '../amqp/index.js';
import { MalformedMessageError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Handled, Reply, Responder } from '../rpc/index.js';
import {
  decoderFor,
  type Encoder,
  isRecord,
  MessageResultError,
  type ReceivedBody,
  readBody,
} from '../wire/index.js';
import { type ContextHost, HandlerContext } from './context.js';
import { type End, type Fate, fateOf } from './fate.js';
import { placeName } from './handlers/entry.js';
import type { HandlerTable, TableEntry } from './handlers/table.js';
import { bodyFor, runHandler, skipped } from './run-handler.js';

/** What a {@link Dispatcher} works with. */
export interface DispatcherOptions extends ContextHost {
  /** For the log: the processor's class. */
  readonly name: string;
  readonly table: HandlerTable;
  readonly encoder: Encoder;
  readonly responder: Responder;
  readonly logger: Logger;
  readonly debug: boolean;
  /** Asked for messages that no handler of the table is for; true when they were taken. */
  builtIn(body: ReceivedBody): Fate | undefined;
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
  readonly handle = async (delivery: Delivery): Promise<void> => {
    let body: ReceivedBody;
    try {
      body = this.#read(delivery);
    } catch (thrown) {
      this.#report(delivery, undefined, thrown);
      return this.#settle(delivery, 'fail');
    }
    if (body.category === 'rpc') await this.#call(delivery, body);
    else this.#settle(delivery, await this.#message(delivery, body));
  };

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
  async #message(delivery: Delivery, body: ReceivedBody): Promise<Fate> {
    const handlers = this.#options.table.find(body.category, body.type, body.name);
    for (const entry of handlers) {
      try {
        await this.#run(delivery, bodyFor(body, handlers), entry, null);
      } catch (thrown) {
        const fate = fateOf(thrown);
        if (fate === 'fail') this.#report(delivery, { body, entry }, thrown);
        return fate;
      }
    }
    // A handler of this very name replaces what is built in; one for any name only looks on.
    const replaced = handlers.some(({ name }) => name === body.name);
    return (replaced ? undefined : this.#options.builtIn(body)) ?? 'ack';
  }

  /**
   * The last declared handler answers; where there is none, that is the answer. A call that waited here until it expired
   * must not run: nobody waits for this attempt any more, and the next one is on its way.
   */
  async #call(delivery: Delivery, body: ReceivedBody): Promise<void> {
    if (delivery.expired) return this.#settle(delivery, 'reject');
    const entry = this.#options.table.find(body.category, body.type, body.name).at(-1);
    const handled = await this.#options.responder.respond(delivery, async (reply) => {
      if (!entry) return new MessageResultError(`${this.#options.name} has no handler for ${nameOf(body)}.`);
      const returned = await this.#run(delivery, bodyFor(body, [entry]), entry, reply);
      return returned === skipped
        ? new MessageResultError(`A filter turned away ${nameOf(body)}.`)
        : returned;
    });
    const fate = this.#fateOfCall(delivery, body, entry, handled);
    // The slot is free for the next call now; this one is settled when its answer is safe.
    void handled.sent.then(() => this.#settle(delivery, fate));
  }

  #fateOfCall(delivery: Delivery, body: ReceivedBody, entry: TableEntry | undefined, handled: Handled): Fate {
    if ('thrown' in handled) {
      const fate = fateOf(handled.thrown);
      if (fate === 'fail' && entry) this.#report(delivery, { body, entry }, handled.thrown);
      return fate;
    }
    if (delivery.properties.replyTo !== undefined) return 'ack';
    this.#report(
      delivery,
      undefined,
      new MalformedMessageError(`The call ${nameOf(body)} names no reply_to.`),
    );
    return 'fail';
  }

  async #run(
    delivery: Delivery,
    body: ReceivedBody,
    entry: TableEntry,
    reply: Reply | null,
  ): Promise<unknown> {
    const context = new HandlerContext(this.#options, body, delivery);
    try {
      return await runHandler({ processor: this.#options.processor, entry, context, reply });
    } finally {
      context.end();
    }
  }

  #settle(delivery: Delivery, fate: Fate): void {
    if (fate === 'reject' || fate === 'fail') delivery.reject();
    else delivery.ack();
    if (fate === 'leave' || fate === 'exit' || fate === 'restart') this.#options.onEnd(fate);
  }

  #report(
    delivery: Delivery,
    where: { body: ReceivedBody; entry: TableEntry } | undefined,
    thrown: unknown,
  ): void {
    const error = toError(thrown);
    const what = where
      ? `${placeName(where.entry.place)} failed on ${nameOf(where.body)}`
      : 'unreadable message';
    const how = where ? (error.stack ?? error.message) : error.message;
    this.#options.logger.error(
      `${this.#options.name}: ${what} from queue '${delivery.queue}', rejected: ${how}`,
    );
  }
}

/** An encoder of a user may throw anything; the outcome is the same for the message. */
function decode(encoder: Encoder, content: Buffer): unknown {
  const decoded = encoder.decode(content);
  if (!isRecord(decoded)) throw new MalformedMessageError('The body is not an object.');
  return decoded;
}

function nameOf({ category, type, name }: ReceivedBody): string {
  return `(${category}, ${type}, ${name})`;
}
