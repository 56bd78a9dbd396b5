import { createHash } from 'node:crypto';
import type { Delivery } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { MalformedMessageError, MessageIdReusedError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Tally } from '../network/index.js';
import { type HandledMessage, type KnownMessage, Once, packed, unpacked } from '../once/index.js';
import { type Reply, type Responder, WrittenAnswer } from '../rpc/index.js';
import { fateOf } from './fate.js';
import type { Inbound } from './middleware.js';
import { type checkedOnce, isKnowable } from './once-options.js';

/** What a {@link OnceDesk} works with. */
export interface OnceDeskOptions {
  readonly setting: NonNullable<ReturnType<typeof checkedOnce>>;
  /** For the log. */
  readonly owner: string;
  readonly logger: Logger;
  readonly tally: Tally;
  readonly responder: Responder | undefined;
}

/** One message as it is handled once. */
export interface OnceJob {
  readonly delivery: Delivery;
  readonly message: Inbound;
  /** @see Job.said */
  readonly said: string | undefined;
  /** Runs its handlers. */
  readonly work: (reply: Reply | null) => unknown;
  /** Null where no answer is asked for. */
  readonly reply: Reply | null;
}

/** What came of the work: what it gave, or something thrown that ends the component when the message is done. */
type Outcome = { readonly given: unknown } | { readonly thrown: unknown };

/** Handles each message of a component once: what runs for it runs in a transaction, or it is settled as it was before. */
export class OnceDesk {
  readonly #options: OnceDeskOptions;
  readonly #once: Once;

  constructor(options: OnceDeskOptions) {
    this.#options = options;
    const { setting, owner, logger } = options;
    this.#once = new Once({ ...setting, owner, logger });
  }

  /**
   * Handles a message, or does not. Gives what answers a call.
   * @throws what handling throws; MalformedMessageError, MessageIdReusedError for a message that cannot be known again
   */
  async run(job: OnceJob): Promise<unknown> {
    const { context } = job.message;
    try {
      const message = this.#known(job);
      const outcome = await this.#once.run<Outcome>({
        message,
        signal: context.signal,
        handle: (keep) => this.#handle(job, keep),
        seen: (before) => ({ given: this.#seen(job, message, before) }),
      });
      if ('thrown' in outcome) throw outcome.thrown;
      return outcome.given;
    } finally {
      context.end();
    }
  }

  async #handle(job: OnceJob, keep: (answer: Buffer) => Promise<void>): Promise<Outcome> {
    const first = new FirstReply(job.reply);
    try {
      const given = await job.work(job.reply && first.give);
      job.message.context.assertMayBegin();
      const { responder } = this.#options;
      if (!job.reply || !responder) return { given };
      const written = responder.write(first.of(given), job.delivery);
      await keep(packed(written.answer));
      return { given: written };
    } catch (thrown) {
      // Such a message is done: what its handler has written before stays.
      if (isDone(thrown)) return { thrown };
      throw thrown;
    } finally {
      first.isOver = true;
    }
  }

  #seen({ delivery, message, reply }: OnceJob, known: KnownMessage, before: HandledMessage): unknown {
    if (before.digest !== known.digest) throw reused(message, known);
    this.#tell(message, known);
    delivery.watch?.repeated();
    if (!reply || !before.answer) return undefined;
    return new WrittenAnswer(unpacked(before.answer));
  }

  #tell({ name, kind, context: { queue } }: Inbound, { consumer, id }: KnownMessage): void {
    const { tally, logger, owner, setting } = this.#options;
    tally.repeated++;
    logger.info(
      `${owner}: ${kind} ${cut(name ?? 'without a name')} from queue '${queue}' (id ${cut(id)}) was handled before; it is not handled again.`,
    );
    try {
      setting.onRepeated?.({ name, kind, queue, consumer, id });
    } catch (thrown) {
      logger.error(`${owner}: once.onRepeated has thrown: ${toError(thrown).message}`);
    }
  }

  #known({ message, delivery, said }: OnceJob): KnownMessage {
    const { key, consumer = message.context.queue, keepMs } = this.#options.setting;
    const id: unknown = key ? key(message) : message.context.messageId;
    if (isKnowable(id))
      return { consumer, id, keepMs, digest: key ? '' : digestOf(said ?? delivery.content) };
    const what = key ? 'once.key gives nothing' : 'It has no message_id';
    throw new MalformedMessageError(
      `${what} by which it could be known again, from 1 to 255 bytes: it was not handled, since it is to be handled once. ` +
        'Let its sender give each message an id, or say with once: { key } what it is known by.',
    );
  }
}

/** Keeps the first answer back until the transaction is committed. */
class FirstReply {
  isOver = false;
  readonly #reply: Reply | null;
  #first: { readonly answer: unknown } | undefined;

  constructor(reply: Reply | null) {
    this.#reply = reply;
  }

  /** n.b. one that comes when all is over is told of as such. */
  readonly give: Reply = (answer) => {
    if (this.isOver) this.#reply?.(answer);
    else this.#first ??= { answer };
  };

  of(given: unknown): unknown {
    return this.#first ? this.#first.answer : given;
  }
}

function isDone(thrown: unknown): boolean {
  const fate = fateOf(thrown);
  return fate === 'leave' || fate === 'exit' || fate === 'restart';
}

function digestOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('base64url');
}

function reused({ context }: Inbound, { consumer, id }: KnownMessage): MessageIdReusedError {
  return new MessageIdReusedError(
    `The id '${cut(id)}' of this message from queue '${context.queue}' was that of another one, which ${consumer} has handled: it was not ` +
      'handled, since it may be a message of its own. Its sender must use each id once; or say with once: { key } what it is known by.',
  );
}
