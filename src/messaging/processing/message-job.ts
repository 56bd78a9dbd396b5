import { type Delivery, mayBePassedOn, messageWords } from '../../amqp/index.js';
import { isPromiseLike, whenDone } from '../../common/when-done.js';
import { inScope, type Job, keeping, RejectMessage } from '../../component/index.js';
import { UnhandledMessageError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Pump, Reply } from '../../rpc/index.js';
import { MessageResult, MessageResultError, type ReceivedBody } from '../../wire/index.js';
import { type ContextHost, HandlerContext } from '../handlers/context.js';
import { placeName } from '../handlers/entry.js';
import type { HandlerTable, TableEntry } from '../handlers/table.js';
import { assertAnswer, repliable } from './contract-answers.js';
import type { ReadDelivery } from './dialect.js';
import { asksForReply, bodyFor, runHandler, skipped } from './run-handler.js';
import { runStream } from './run-stream.js';
import { nameOf, type Unhandled, type UnhandledCount, type UnhandledMessage } from './unhandled.js';

/** What the messages of a processor have in common. */
export interface JobHost extends ContextHost {
  /** For the log: the processor's class. */
  readonly name: string;
  readonly table: HandlerTable;
  readonly read: ReadDelivery;
  /** @see Job.said */
  readonly said: (body: ReceivedBody) => string | undefined;
  readonly logger: Logger;
  /** Whether there is a line for each message. */
  isDebugging(): boolean;
  /** What becomes of a message that no handler is for. @default 'park', and 'ack' where nothing is lost by it */
  readonly unhandled: Unhandled | undefined;
  readonly unhandledCount: UnhandledCount;
  /** Sends a message to another queue. */
  passOn(delivery: Delivery, queue: string): Promise<void>;
  /** Obeys a command that is built in. @throws to end the component */
  obey(body: ReceivedBody): void;
  /** Told of each message that no handler is for. Must not throw. */
  onUnhandled(message: UnhandledMessage): void;
}

/** What there is to do for one envelope: its handlers are run, in the order of their declaration; the last one answers a call. */
export class MessageJob implements Job {
  readonly kind: Job['kind'];
  readonly #host: JobHost;
  readonly #delivery: Delivery;
  readonly #handlers: readonly TableEntry[];
  readonly #body: ReceivedBody | undefined;
  readonly #unreadable: { readonly thrown: unknown } | undefined;
  /** The one that runs, or is to run. */
  #at: TableEntry | undefined;
  #context: HandlerContext | undefined;
  #running: HandlerContext | undefined;
  #stopped: Error | undefined;

  constructor(host: JobHost, delivery: Delivery) {
    this.#host = host;
    this.#delivery = delivery;
    try {
      const body = readDelivery(host, delivery);
      const handlers = host.table.find(body.category, body.type, body.name);
      this.kind = handlers.length === 0 && passTo(host) !== undefined ? 'message' : kindOf(body);
      delivery.sender = body.fingerprint;
      this.#body = body;
      this.#handlers = this.kind === 'message' ? handlers : handlers.slice(-1);
      this.#at = this.#handlers[0];
    } catch (thrown) {
      this.kind = 'message';
      this.#handlers = [];
      this.#unreadable = { thrown };
    }
  }

  get name(): string | null {
    return this.#body?.name ?? null;
  }

  get content(): unknown {
    return this.#body?.content;
  }

  get said(): string | undefined {
    return this.#body && this.#host.said(this.#body);
  }

  get handler(): string | undefined {
    return this.#at && placeName(this.#at.place);
  }

  get title(): string {
    return this.#body ? nameOf(this.#body) : 'unreadable message';
  }

  /** For middleware; each handler has one of its own. */
  get context(): HandlerContext {
    this.#context ??= this.#newContext();
    return this.#context;
  }

  #newContext(): HandlerContext {
    const context = new HandlerContext(this.#host, this.#body ?? nothing, this.#delivery);
    if (this.#stopped) context.stop(this.#stopped);
    return context;
  }

  run(reply: Reply | null): unknown {
    if (!this.#body) throw this.#unreadable?.thrown;
    if (this.#stopped) throw this.#stopped;
    return reply ? this.#answer(this.#body, reply) : this.#runFrom(0, this.#body);
  }

  stream(pump: Pump): unknown {
    if (!this.#body) throw this.#unreadable?.thrown;
    if (this.#stopped) throw this.#stopped;
    const [entry] = this.#handlers;
    if (!entry) throw this.#unanswerable(this.#body);
    return this.#runOne(entry, this.#body, null, pump);
  }

  stop(reason: Error): void {
    this.#stopped = reason;
    this.#running?.stop(reason);
    this.#context?.stop(reason);
  }

  /** One after the other; the first that throws stops the rest and decides. */
  #runFrom(first: number, body: ReceivedBody): unknown {
    for (let at = first; at < this.#handlers.length; at++) {
      const returned = this.#runOne(this.#handlers[at] as TableEntry, body, null);
      if (isPromiseLike(returned)) return Promise.resolve(returned).then(() => this.#goOn(at + 1, body));
    }
    return this.#handled(body);
  }

  /** n.b. time has passed: it may be over. */
  #goOn(next: number, body: ReceivedBody): unknown {
    if (this.#stopped) throw this.#stopped;
    return this.#runFrom(next, body);
  }

  #runOne(entry: TableEntry, body: ReceivedBody, reply: Reply | null, pump?: Pump): unknown {
    this.#at = entry;
    this.#delivery.handledBy = entry.label;
    const context = new HandlerContext(this.#host, bodyFor(body, this.#handlers), this.#delivery);
    this.#running = context;
    let pending = false;
    try {
      const { processor } = this.#host;
      const run = { processor, entry, context, reply };
      const returned = inScope(context, () => (pump ? runStream(run, pump) : runHandler(run)));
      pending = isPromiseLike(returned);
      return pending ? Promise.resolve(returned).finally(() => context.end()) : returned;
    } finally {
      if (!pending) context.end();
    }
  }

  #handled(body: ReceivedBody): Promise<void> | undefined {
    // A handler of this very name replaces what is built in; one for any name only looks on.
    const replaced = this.#handlers.some(({ name }) => name === body.name);
    if (!replaced) this.#host.obey(body);
    return this.#handlers.length === 0 ? this.#unhandled(body) : undefined;
  }

  /** A queue may carry more than its consumer cares for; but a misspelt name, or one that is newer than we, looks the same. */
  #unhandled(body: ReceivedBody): Promise<void> | undefined {
    const { name, unhandled, unhandledCount, onUnhandled } = this.#host;
    // A status tells, and asks for nothing; a stream keeps what it holds.
    const losesNothing = body.type === 'status' || this.#delivery.isOfStream;
    const isRound = typeof unhandled === 'object' && !mayBePassedOn(this.#delivery);
    const fate = isRound ? 'park' : (unhandled ?? (losesNothing ? 'ack' : 'park'));
    onUnhandled(unhandledCount.add(this.#delivery, body, typeof fate === 'object' ? 'pass' : fate));
    if (typeof fate === 'object') return this.#host.passOn(this.#delivery, fate.passTo);
    if (fate === 'reject') throw new RejectMessage();
    if (fate === 'park')
      throw keeping(new UnhandledMessageError(`${name} has no handler for ${nameOf(body)}.`));
    return undefined;
  }

  /** Its caller is told, and whoever looks here: a name may be misspelt, or newer than we. */
  #unanswerable(body: ReceivedBody): UnhandledMessageError {
    const { name, unhandledCount, onUnhandled } = this.#host;
    onUnhandled(unhandledCount.add(this.#delivery, body, 'answer'));
    return new UnhandledMessageError(`${name} has no handler for ${nameOf(body)}.`);
  }

  #answer(body: ReceivedBody, reply: Reply): unknown {
    const [entry] = this.#handlers;
    if (!entry) {
      const error = this.#unanswerable(body);
      return new MessageResultError(error.message, error);
    }
    let replied = false;
    const noting: Reply = (answer) => {
      replied = true;
      // n.b. it may be called from anywhere: what it throws could end the process.
      reply(repliable(entry, answer === undefined ? new MessageResult(undefined) : answer));
    };
    return whenDone(this.#runOne(entry, body, noting), (value) => {
      if (value === skipped) return new MessageResultError(`A filter turned away ${nameOf(body)}.`);
      // n.b. not left to whoever writes answers: what a middleware keeps to itself is undefined there, too.
      const isSilent = value === undefined && !replied && !asksForReply(this.#host.processor, entry);
      const answer = isSilent ? new MessageResult(undefined) : value;
      if (!replied && answer !== undefined) assertAnswer(entry, answer);
      return answer;
    });
  }
}

function passTo({ unhandled }: JobHost): string | undefined {
  return typeof unhandled === 'object' ? unhandled.passTo : undefined;
}

function kindOf({ category }: ReceivedBody): Job['kind'] {
  if (category === 'stream') return 'stream';
  return category === 'rpc' ? 'call' : 'message';
}

/** What stands for the body of a message that cannot be read. */
const nothing = { _reserved: {} } as ReceivedBody;

/** @throws as {@link JobHost.read} */
function readDelivery(host: JobHost, delivery: Delivery): ReceivedBody {
  const { logger, name } = host;
  const body = host.read(delivery);
  if (host.isDebugging())
    logger.debug(`<-- ${name}: ${whence(delivery)} ${JSON.stringify(body).slice(0, 2_000)}`);
  return body;
}

/** n.b. its sender is in the body that stands behind this. */
function whence(delivery: Delivery): string {
  return [`from ${delivery.queue}`, ...messageWords(delivery)].join(', ');
}
