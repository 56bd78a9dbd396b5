import {
  type Consumer,
  type Declaration,
  type Delivery,
  type Link,
  nextMessageId,
  type Publisher,
} from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { sleep } from '../common/timers.js';
import { isWaybillError, toError } from '../errors.js';
import { type RunningAt, readNote, runningType, writeNote } from './call-note.js';
import { type CallPlace, cancelExchange, cancelKey } from './cancel-route.js';
import { expirationAfter } from './deadline.js';
import type { Cancel } from './pending-call.js';
import { ServedCalls } from './served-calls.js';
import { StreamRuns } from './stream-runs.js';

const exchange: Declaration = {
  kind: 'exchange',
  name: cancelExchange,
  type: 'topic',
  passive: false,
  options: { durable: true },
};

/** So often it is asked in a second who runs a call. */
const mostAsked = 50;

/** How a caller asks who runs its call. */
export interface Asking {
  readonly publisher: Publisher;
  readonly replyTo: string;
  /** How long it waits for that. */
  readonly forMs: number;
}

/** So often a cancel is sent that nobody hears: for whoever is about to be connected again. */
const mostTries = 6;
const pauseMs = 200;
/** Whoever asks is about to give up. */
const tellMs = 1_000;

/**
 * The way of cancels over one link: out for those who call, and in for those who answer. Nothing is sent, and no exchange made, before
 * somebody gives up a call; who answers calls has a queue of its own for them. A user who may not have that works without.
 */
export class CancelLine {
  readonly #link: Link;
  /** Exclusive, and made again under the same name. */
  readonly #queue = `waybill.ctl.${nextMessageId()}`;
  #askedSince = 0;
  #asked = 0;
  #publisher: Publisher | undefined;
  #declaring: Promise<void> | undefined;
  #listening: Promise<void> | undefined;
  #consumer: Consumer | undefined;
  #isListening = false;
  #isTold = false;

  private constructor(link: Link) {
    this.#link = link;
  }

  static of(link: Link): CancelLine {
    const line = lineOf.get(link) ?? new CancelLine(link);
    lineOf.set(link, line);
    return line;
  }

  /**
   * Tells those who take calls of this place that one is not wanted any more. Never rejects: it is a wish.
   * @param mayWait whether it is sent again where nobody has heard it.
   */
  async send(id: string, to: CallPlace, cancel: Cancel, mayWait: () => boolean): Promise<void> {
    const endsAt = performance.now() + cancel.remainingMs;
    for (let tries = 1; tries <= mostTries; tries++) {
      const remainingMs = endsAt - performance.now();
      if (remainingMs <= 0 || (await this.#send(id, to, { ...cancel, remainingMs })) || !mayWait()) return;
      await sleep(pauseMs * tries, { ref: false });
    }
  }

  /** False where nobody has heard it: whoever runs the call may be about to come back. */
  async #send(id: string, to: CallPlace, { reason, remainingMs }: Cancel): Promise<boolean> {
    try {
      await this.#declare();
      this.#publisher ??= this.#link.newPublisher();
      const content = writeNote({ id, reason: reasonText(reason), forMs: remainingMs });
      const properties = {
        contentType: 'application/json',
        deliveryMode: 1,
        expiration: expirationAfter(remainingMs),
        messageId: nextMessageId(),
      };
      const routingKey = cancelKey(to);
      const message = { exchange: cancelExchange, routingKey, content, properties, mandatory: true };
      await this.#publisher.publish(message, { timeoutMs: remainingMs });
    } catch (thrown) {
      if (isWaybillError(thrown, 'UNROUTABLE')) return false;
      this.#tell(thrown);
    }
    return true;
  }

  /**
   * Asks who runs a call; what is said comes to where its answer would, on the channel of `publisher`. Never rejects: whoever asks is
   * about to give up.
   */
  async ask(id: string, to: CallPlace, { publisher, replyTo, forMs }: Asking): Promise<void> {
    if (!this.#mayAsk()) return;
    try {
      await this.#declare();
      const properties = { correlationId: id, replyTo, deliveryMode: 1, expiration: expirationAfter(forMs) };
      const content = writeNote({ id, ask: true });
      const message = {
        exchange: cancelExchange,
        routingKey: cancelKey(to),
        content,
        properties,
        mandatory: false,
      };
      await publisher.publish(message, { timeoutMs: forMs, sendAgain: false });
    } catch {
      // Then the caller does not know.
    }
  }

  /** The queue by which this process hears of what is told to it alone; undefined where it has none. */
  get address(): string | undefined {
    return this.#isListening ? this.#queue : undefined;
  }

  /** Hears of cancels with these binding keys, too. Never rejects. A connection that is lost meanwhile is waited for. */
  async listen(patterns: readonly string[]): Promise<void> {
    while (!(await this.#bind([...new Set(patterns)]))) await sleep(pauseMs, { ref: false });
  }

  /** False where the connection was lost. */
  async #bind(patterns: readonly string[]): Promise<boolean> {
    try {
      this.#listening ??= this.#listen().catch((thrown) => {
        this.#listening = undefined;
        throw thrown;
      });
      await this.#listening;
      const own = { kind: 'binding', exchange: cancelExchange, queue: this.#queue } as const;
      await this.#link.declare(patterns.map((routingKey) => ({ ...own, routingKey })));
    } catch (thrown) {
      if (isWaybillError(thrown, 'CONNECTION_LOST')) return false;
      this.#tell(thrown);
    }
    return true;
  }

  async #declare(): Promise<void> {
    this.#declaring ??= this.#link.declare([exchange]).catch((thrown) => {
      this.#declaring = undefined;
      throw thrown;
    });
    await this.#declaring;
  }

  /** Where all calls are late at once, some answers tell what there is to tell. */
  #mayAsk(): boolean {
    const now = performance.now();
    if (now - this.#askedSince > 1_000) {
      this.#askedSince = now;
      this.#asked = 0;
    }
    return ++this.#asked <= mostAsked;
  }

  async #listen(): Promise<void> {
    const options = { exclusive: true, autoDelete: true, durable: false };
    const own: Declaration[] = [exchange, { kind: 'queue', name: this.#queue, passive: false, options }];
    await this.#link.declare(own);
    this.#consumer = await this.#link.openConsumer((delivery) => this.#receive(delivery), { prefetch: 100 });
    await this.#consumer.consume(this.#queue);
    this.#isListening = true;
  }

  #receive(delivery: Delivery): void {
    const note = readNote(delivery.content);
    const served = ServedCalls.of(this.#link);
    if (note && 'ask' in note) this.#tellOf(served.running(note.id), delivery);
    else if (note && 'run' in note) StreamRuns.of(this.#link).hear(note);
    else if (note) served.cancel(note.id, note.reason, note.forMs);
    delivery.ack();
  }

  /** Only who runs it says something. */
  #tellOf(running: RunningAt | undefined, asked: Delivery): void {
    const { replyTo, correlationId } = asked.properties;
    if (!running || typeof replyTo !== 'string') return;
    const content = Buffer.from(JSON.stringify(running));
    const properties = { correlationId, type: runningType, deliveryMode: 1 };
    const message = { exchange: '', routingKey: replyTo, content, properties, mandatory: false };
    // It comes from anybody, and may cost the connection that publishes it: it is not sent on that of the deliveries.
    this.#link.publish(message, { timeoutMs: tellMs, sendAgain: false }).catch(() => {});
  }

  /** Once, and not of what ends with the link. */
  #tell(thrown: unknown): void {
    if (this.#isTold || isWaybillError(thrown, 'CLOSED') || isWaybillError(thrown, 'PUBLISH_TIMEOUT')) return;
    this.#isTold = true;
    this.#link.logger.warn(
      `Cancels of calls do not travel: ${toError(thrown).message} The user needs all permissions for '${cancelExchange}' and queues 'waybill.ctl.*'. This is said once.`,
    );
  }
}

function reasonText(reason: unknown): string {
  return cut(reason === undefined ? 'no reason given' : toError(reason).message, 200);
}

const lineOf = new WeakMap<Link, CancelLine>();
