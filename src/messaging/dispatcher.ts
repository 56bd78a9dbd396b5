import type { Delivery, Failure, FailurePolicy } from '../amqp/index.js';
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
  readonly failures: FailurePolicy;
  readonly logger: Logger;
  readonly debug: boolean;
  /** Asked for messages that no handler of the table is for; true when they were taken. */
  builtIn(body: ReceivedBody): Fate | undefined;
  /** Told after a message was settled that ends or restarts the component. */
  onEnd(how: End): void;
}

/** Names come from the wire: only so many are remembered. */
const MAX_UNHEARD = 100;

/**
 * Takes each delivery to its handlers and settles it once. Nothing that a peer sends and nothing that a handler throws
 * gets past this: it ends as the fate of that one message.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #unheard = new Set<string>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Handles a delivery. Never rejects. The next one may start when this ends. */
  readonly handle = async (delivery: Delivery): Promise<void> => {
    let body: ReceivedBody;
    try {
      body = this.#read(delivery);
    } catch (thrown) {
      return this.#settle(delivery, this.#failed(delivery, thrown));
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
  async #message(delivery: Delivery, body: ReceivedBody): Promise<Outcome> {
    const handlers = this.#options.table.find(body.category, body.type, body.name);
    for (const entry of handlers) {
      try {
        await this.#run(delivery, bodyFor(body, handlers), entry, null);
      } catch (thrown) {
        return this.#failed(delivery, thrown, { body, entry });
      }
    }
    // A handler of this very name replaces what is built in; one for any name only looks on.
    const replaced = handlers.some(({ name }) => name === body.name);
    const builtIn = replaced ? undefined : this.#options.builtIn(body);
    if (handlers.length === 0 && !builtIn) this.#tellOfNobody(delivery, body);
    return { fate: builtIn ?? 'ack' };
  }

  /** A queue may carry more than its consumer cares for; but a misspelt name looks the same, so it is told once. */
  #tellOfNobody({ queue }: Delivery, body: ReceivedBody): void {
    const name = nameOf(body);
    if (this.#unheard.has(name) || this.#unheard.size === MAX_UNHEARD) return;
    this.#unheard.add(name);
    const what = `${this.#options.name} has no handler for ${name} from queue '${queue}'`;
    this.#options.logger.warn(`${what}: such messages are acked, this is said once.`);
  }

  /**
   * The last declared handler answers; where there is none, that is the answer. A call that waited here until it expired
   * must not run: nobody waits for this attempt any more, and the next one is on its way.
   */
  async #call(delivery: Delivery, body: ReceivedBody): Promise<void> {
    if (delivery.expired) return this.#settle(delivery, { fate: 'reject' });
    const entry = this.#options.table.find(body.category, body.type, body.name).at(-1);
    const handled = await this.#options.responder.respond(delivery, async (reply) => {
      if (!entry) return new MessageResultError(`${this.#options.name} has no handler for ${nameOf(body)}.`);
      const returned = await this.#run(delivery, bodyFor(body, [entry]), entry, reply);
      return returned === skipped
        ? new MessageResultError(`A filter turned away ${nameOf(body)}.`)
        : returned;
    });
    const outcome = this.#outcomeOfCall(delivery, body, entry, handled);
    // The slot is free for the next call now; this one is settled when its answer is safe.
    void handled.sent.then(() => this.#settle(delivery, outcome));
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
    if (delivery.properties.replyTo !== undefined) return { fate: 'ack' };
    return this.#failed(delivery, new MalformedMessageError(`The call ${nameOf(body)} names no reply_to.`));
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

  #settle(delivery: Delivery, { fate, failure }: Outcome): void {
    if (failure) void this.#options.failures.settle(delivery, failure);
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
    const how = where ? (error.stack ?? error.message) : error.message;
    this.#options.logger.error(`${this.#options.name}: ${what} from queue '${delivery.queue}': ${how}`);
    return { fate, failure: { error, handler } };
  }
}

/** How the handling of a message ended. */
interface Outcome {
  readonly fate: Fate;
  readonly failure?: Failure;
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

function nameOf({ category, type, name }: ReceivedBody): string {
  return `(${category}, ${type}, ${name})`;
}
