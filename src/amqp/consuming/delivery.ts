import type { ConsumeMessage, ConsumeMessageFields, MessageProperties as ReceivedProperties } from 'amqplib';
import { newContext } from '../../common/own-context.js';
import { toldNumber } from '../../common/told-number.js';
import type { Outgoing } from '../frames/outgoing.js';
import type { Acknowledger } from './acknowledger.js';
import { copyPutAnew } from './carried-headers.js';
import type { DeliveryWatch, Settled } from './delivery-watch.js';
import { MessageMark } from './message-mark.js';
import type { VerifiedSender } from './verified-sender.js';

/**
 * A message that the broker has handed to this process. It must be settled once, by `ack`, `reject` or `giveBack`; the
 * first of them counts and later ones do nothing, so a double settlement can never close the channel.
 */
export class Delivery {
  /** The queue that the message came from. */
  readonly queue: string;
  /** The arguments with which its queue was declared here when it was first taken from; empty where that is not known. */
  readonly declared: Readonly<Record<string, unknown>>;
  /** True when the message has come before and the broker does not tell that, as in a stream. */
  isRepeated = false;
  /** True when it was read from a stream, which keeps what was taken, and in which it may have been for long. */
  isOfStream = false;
  /** True when its signature does not hold: what it says of itself counts for nothing. */
  isUntrusted = false;
  /** Who has sent it, and by which key that is known; undefined where nobody has looked, or it is not. */
  identity: VerifiedSender | undefined;
  /** Signs what answers it; undefined where nobody does. */
  sign: ((answer: Outgoing) => Outgoing) | undefined;
  /** True when the message has failed and is put aside, to be tried again or parked, until it is settled. */
  isPutAside = false;
  /** The name of the handler of the message, for logs and health; undefined before it is known. */
  handledBy: string | undefined;
  /** By which its caller was told of a failure without a word of what it is; the log tells both. */
  errorId: string | undefined;
  /** The fingerprint of its sender, for whoever must tell of it; undefined where the style knows none, or before it is read. */
  sender: unknown;
  /** What is done for it, and can be told to `stop`; undefined before that is known. */
  work: { stop(reason: Error): void } | undefined;
  /** Who follows what becomes of it; undefined where nobody does. */
  watch: DeliveryWatch | undefined;
  /** How long the message has waited at the broker, in milliseconds, as far as its sender tells; see `SenderClocks`. */
  waitedMs = 0;
  readonly #message: ConsumeMessage;
  readonly #acknowledger: Acknowledger;
  readonly #context = newContext();
  readonly #receivedAt = performance.now();
  #settled = false;
  #isTakenBack = false;
  #onSettled: ((how: Settled) => void)[] | undefined;
  #onTakenBack: (() => void) | undefined;
  #onAckedInVain: ((mark: MessageMark) => void) | undefined;
  #begunAt: number | undefined;

  constructor(
    queue: string,
    message: ConsumeMessage,
    acknowledger: Acknowledger,
    declared: Delivery['declared'] = {},
  ) {
    this.queue = queue;
    this.declared = declared;
    this.#message = message;
    this.#acknowledger = acknowledger;
    acknowledger.delivered(this);
  }

  /** The body of the message, as it came. */
  get content(): Buffer {
    return this.#message.content;
  }

  /** The AMQP properties, headers among them, as they came. */
  get properties(): ReceivedProperties {
    return this.#message.properties;
  }

  /** The `delivery_tag` of the message, by which it is settled on its channel. */
  get tag(): number {
    return this.#message.fields.deliveryTag;
  }

  /** The exchange, the routing key and the consumer tag with which it was delivered. */
  get fields(): ConsumeMessageFields {
    return this.#message.fields;
  }

  /** True when the broker has handed the message out before: to a consumer that died, or that gave it back. */
  get redelivered(): boolean {
    return this.#message.fields.redelivered;
  }

  /** True when the message may have run before: the broker says so, or it was put at the end of its queue after that. */
  get mayHaveRun(): boolean {
    return this.redelivered || this.isRepeated || copyPutAnew(this.#message.properties.headers) !== undefined;
  }

  /**
   * How often the broker says that the message came back to its queue unsettled; 0 where it does not count, as for
   * classic queues. A header of that name on a message that comes for the first time is its sender's, and tells
   * nothing.
   */
  get deliveryCount(): number {
    const count = this.redelivered ? toldNumber(this.#message.properties.headers?.['x-delivery-count']) : 0;
    return Number.isSafeInteger(count) ? Math.max(0, count) : 0;
  }

  /** True when it comes for the first time, as far as the broker tells: what it says itself is not believed. */
  get isFirst(): boolean {
    return !this.redelivered && !this.isRepeated && !this.isOfStream;
  }

  /** How long the message has been in this process, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#receivedAt;
  }

  /** How long the message has run, in milliseconds; 0 for one that waits. */
  get runMs(): number {
    return this.#begunAt === undefined ? 0 : performance.now() - this.#begunAt;
  }

  /**
   * True when the `expiration` of the message has passed while it waited in this process, where the broker cannot drop
   * it any more.
   */
  get expired(): boolean {
    const lifeMs = Number(this.#message.properties.expiration ?? Number.POSITIVE_INFINITY);
    return this.ageMs > lifeMs;
  }

  /** True once it was acked, rejected or given back here: nothing settles it a second time. */
  get settled(): boolean {
    return this.#settled;
  }

  /**
   * True when the component has ended without the message: it goes back to its queue, and another component runs it. So
   * what becomes of it here counts no more: it is not begun, nor put aside, nor answered with an error.
   */
  get isLeft(): boolean {
    return !this.#settled && this.#acknowledger.isClosed;
  }

  /**
   * False when the channel of the message is gone, or the broker has taken it back: it will be delivered again in any
   * case.
   */
  get alive(): boolean {
    return !this.#isTakenBack && this.#acknowledger.alive;
  }

  /** True when the message came on the channel for which the acknowledger settles. */
  isOf(acknowledger: Acknowledger): boolean {
    return this.#acknowledger === acknowledger;
  }

  /**
   * Runs a function in the message's own asynchronous context: what is entered there (`enterWith`) no other delivery
   * sees.
   */
  run<T>(work: (delivery: Delivery) => T): T {
    this.#begunAt = performance.now();
    return this.#context.runInAsyncScope(work, undefined, this);
  }

  /**
   * Publishes right before the settlement of the message, in the same write: no confirm is needed, since the broker takes both in order.
   * False where its channel is gone, and the message comes again. @throws Error for properties that AMQP cannot carry
   */
  publishBefore(message: Outgoing): boolean {
    return this.alive && !this.#settled && this.#acknowledger.publish(message);
  }

  /** Acks the message: the broker forgets it. The ack is written at the end of the turn, joined with others. */
  ack(): void {
    this.#settle('acked', () => {
      if (!this.alive) this.ackedInVain?.();
      if (!this.#isTakenBack) this.#acknowledger.ack(this);
    });
  }

  /**
   * Rejects the message: it is dropped, or dead-lettered where the queue has a dead-letter exchange. With `requeue` it
   * goes back to its queue as failed: on a quorum queue that counts towards the delivery limit.
   */
  reject({ requeue = false }: { readonly requeue?: boolean } = {}): void {
    this.#settle(requeue ? 'given back' : 'rejected', () => {
      if (!this.#isTakenBack) this.#acknowledger.reject(this, requeue);
    });
  }

  /**
   * Gives back a message that was not begun: it goes to its queue, for another consumer. On quorum queues RabbitMQ
   * counts this as a failed delivery before 4.3, and not any more since.
   */
  giveBack(): void {
    this.#settle('given back', () => {
      if (!this.#isTakenBack) this.#acknowledger.giveBack(this);
    });
  }

  /**
   * Notes that the broker has taken the message back, since it was not settled in time: nothing is written for it any
   * more.
   */
  takeBack(): void {
    if (this.#settled || this.#isTakenBack) return;
    this.#isTakenBack = true;
    this.#acknowledger.forsake(this);
    this.#onTakenBack?.();
  }

  /** @internal Calls back once, when it was settled. */
  whenSettled(callback: (how: Settled) => void): void {
    this.#onSettled = [...(this.#onSettled ?? []), callback];
  }

  /** @internal Calls back when the broker takes it back, or at once where it has. */
  whenTakenBack(callback: () => void): void {
    this.#onTakenBack = callback;
    if (this.#isTakenBack) callback();
  }

  /** @internal Calls back when it was acked, and the broker may hand it out again nevertheless. */
  whenAckedInVain(callback: (mark: MessageMark) => void): void {
    this.#onAckedInVain = callback;
  }

  /** @internal Tells that it was acked in vain; undefined where it would not be known again. */
  get ackedInVain(): (() => void) | undefined {
    const tell = this.#onAckedInVain;
    const mark = tell && MessageMark.of(this);
    return mark && (() => tell(mark));
  }

  #settle(how: Settled, write: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    write();
    for (const callback of this.#onSettled ?? []) callback(how);
    this.watch?.settled(how);
  }
}
