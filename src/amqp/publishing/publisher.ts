import { type ChannelModel, type ConfirmChannel, IllegalOperationError, type Message } from 'amqplib';
import { duration } from '../../common/numbers.js';
import { ClosedError, UnroutableError, type WaybillError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Deadlines } from '../common/deadlines.js';
import { type ChannelLoss, RecoveringChannel } from '../connection/recovering-channel.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import type { Outgoing, Sending } from '../frames/outgoing.js';
import { type Outlet, outletOf } from '../frames/outlet.js';
import type { Inbox } from './inbox.js';
import { NackRecovery } from './nack-recovery.js';
import { Outbox, type OutboxHealth, type OutboxLimits } from './outbox.js';
import { PendingPublish, type PublishHost } from './pending-publish.js';
import { lostWith, nacked, refusedBy, tooLate, unsendable } from './publish-errors.js';
import { ReturnedMessages } from './returned.js';
import { certainSuspicion, isSomethingMissing, suspicionFor } from './suspects.js';
import { Unconfirmed } from './unconfirmed.js';

/** How a {@link Publisher} works. */
export interface PublisherOptions {
  /** How many messages may be unconfirmed at once; the others wait. @default 1,000 */
  readonly window?: number;
  /** How much may wait. */
  readonly outbox?: OutboxLimits | undefined;
  /** Receives on the same channel: direct reply-to asks for that. */
  readonly inbox?: Inbox;
  /** Told when the channel is gone, and with it the address for direct replies; another one is on its way. */
  readonly onDown?: () => void;
  /** Declares the exchanges again, after the broker has said that it knows one of them no more. */
  readonly redeclare?: ((model: ChannelModel) => Promise<void>) | undefined;
}

/**
 * Publishes with confirms. A promise resolves when the broker has the message, and for a mandatory one when it was
 * routed to a queue. What was not confirmed when the connection went is sent again, in order, with the same id.
 */
export class Publisher {
  readonly #channel: RecoveringChannel<ConfirmChannel>;
  readonly #deadlines: Deadlines;
  readonly #window: number;
  readonly #onDown: (() => void) | undefined;
  readonly #redeclare: ((model: ChannelModel) => Promise<void>) | undefined;
  readonly #outbox: Outbox;
  readonly #sent = new Unconfirmed<PendingPublish>(({ message }) => message.content.length);
  readonly #returned = new ReturnedMessages();
  #onIdle: (() => void) | undefined;
  #outlet: Outlet | undefined;
  readonly #nacks: NackRecovery;
  #suspects = 0;
  #isSomethingMissing = false;
  #wasLost = false;
  #closed = false;

  constructor(
    connection: RecoveringConnection,
    deadlines: Deadlines,
    logger: Logger,
    options: PublisherOptions = {},
  ) {
    this.#deadlines = deadlines;
    this.#window = options.window ?? 1_000;
    this.#onDown = options.onDown;
    this.#redeclare = options.redeclare;
    this.#outbox = new Outbox(options.outbox);
    this.#nacks = new NackRecovery({ mayReplaceInQuiet: !options.inbox });
    const role = {
      name: 'a publisher',
      open: (model: ChannelModel) => this.#open(model),
      setUp: async (channel: ConfirmChannel) => await options.inbox?.setUp(channel),
      onUp: (channel: ConfirmChannel) => this.#begin(channel),
      onDown: (loss: ChannelLoss) => this.#recover(loss),
    };
    this.#channel = new RecoveringChannel(connection, role, logger);
    this.#channel.start();
  }

  /** What waits here. */
  get fill(): OutboxHealth {
    return { waiting: this.#outbox.waiting, unconfirmed: this.#sent.size };
  }

  /** True while messages can leave at once. */
  get ready(): boolean {
    return this.#channel.channel !== undefined;
  }

  /**
   * Publishes one message.
   * @throws UnroutableError, PublishRefusedError, PublishTimeoutError, CancelledError, ConfigurationError (properties
   * that AMQP cannot carry), ClosedError, OutboxFullError.
   */
  publish(message: Outgoing, options: Sending = {}): Promise<void> {
    if (this.#closed) return Promise.reject(new ClosedError('The publisher is closed; nothing was sent.'));
    return new Promise((resolve, reject) => {
      if (options.timeoutMs !== undefined) duration('timeoutMs', options.timeoutMs);
      const publish = new PendingPublish(message, resolve, reject, this.#host);
      const outlet = this.#outbox.isEmpty ? this.#openOutlet : undefined;
      this.#outbox.add(publish, outlet !== undefined);
      if (!publish.settled) publish.limit(options, this.#deadlines);
      if (!outlet) this.#pump();
      else if (!publish.settled) this.#send(outlet, publish);
    });
  }

  /** Waits up to `timeoutMs` for the confirms that are missing, then closes. */
  async drain(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await new Promise<void>((resolve) => {
      const deadline = this.#deadlines.set(timeoutMs, resolve);
      this.#onIdle = () => {
        deadline.cancel();
        resolve();
      };
      if (this.#outbox.open === 0) this.#onIdle();
    });
    await this.close();
  }

  /** Takes no more messages and closes the channel; what is not confirmed yet fails with ClosedError. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#channel.close();
    const rest = [...this.#sent.takeAll(), ...this.#nacks.release(), ...this.#outbox.takeAll()];
    for (const publish of rest) publish.settle(new ClosedError('Closed before the broker confirmed it.'));
  }

  /** Sends what waits, as far as there is room. */
  #pump(): void {
    while (!this.#outbox.isEmpty) {
      const outlet = this.#openOutlet;
      const publish = outlet && this.#outbox.next();
      if (!publish || !this.#send(outlet, publish)) return;
    }
  }

  /** Where the next one can leave by now; undefined while there is no channel, or as much is under way as may be. */
  get #openOutlet(): Outlet | undefined {
    if (!this.ready || this.#nacks.isHeld) return undefined;
    const { size, bytes } = this.#sent;
    const window = this.#suspects > 0 ? 1 : this.#window;
    // n.b. what is under way is encoded, and held by the socket while the network is slower than we are.
    return size === 0 || (size < window && bytes < this.#outbox.maxBytes) ? this.#outlet : undefined;
  }

  /** False when the channel cannot take it: then it waits for the next one. */
  #send(outlet: Outlet, publish: PendingPublish): boolean {
    try {
      outlet.publish(publish.outgoing);
      this.#sent.add(publish);
      return true;
    } catch (thrown) {
      if (thrown instanceof IllegalOperationError) {
        this.#outbox.putBack([publish]);
        return false;
      }
      // n.b. amqplib has counted it by now. Confirms are counted here, from what really left.
      publish.settle(unsendable(thrown));
      return true;
    }
  }

  async #open(model: ChannelModel): Promise<ConfirmChannel> {
    if (this.#isSomethingMissing) await this.#redeclare?.(model);
    this.#isSomethingMissing = false;
    return await model.createConfirmChannel();
  }

  #begin(channel: ConfirmChannel): void {
    this.#outlet = outletOf(channel);
    if (this.#wasLost) this.#nacks.reconnected();
    this.#wasLost = false;
    channel.on('return', (message: Message) => this.#returned.add(message));
    for (const answer of ['ack', 'nack'] as const) {
      channel.on(answer, ({ deliveryTag, multiple }) => {
        // One that is being replaced may still answer; its numbers mean nothing any more.
        if (this.#channel.channel === channel) this.#confirm(deliveryTag, multiple, answer);
      });
    }
    this.#pump();
  }

  #confirm(tag: number, multiple: boolean, answer: 'ack' | 'nack'): void {
    for (const publish of this.#sent.take(tag, multiple)) {
      if (this.#suspects > 0) this.#suspects--;
      if (answer === 'ack') publish.settle(this.#returned.isEmpty ? undefined : this.#unroutable(publish));
      else if (!this.#nacks.keep(publish)) publish.settle(nacked());
    }
    if (answer === 'nack' && this.#nacks.claim()) void this.#startAfresh(this.#channel.channel);
    this.#pump();
  }

  /** Goes on with another channel, and sends again what was nacked and kept. */
  async #startAfresh(channel: ConfirmChannel | undefined): Promise<void> {
    await this.#nacks.rest(() => this.#sent.size === 0);
    const kept = this.#nacks.release();
    const isThere = channel !== undefined && this.#channel.channel === channel;
    // Whatever is under way would come twice: that is worth it only for those which would not come at all.
    if (isThere && (kept.length > 0 || this.#sent.size === 0)) {
      this.#outbox.putBack(this.#takeBack());
      this.#channel.replace();
    }
    this.#outbox.putBack(kept);
    this.#pump();
  }

  /** What was under way and is not known to have arrived. */
  #takeBack(): PendingPublish[] {
    this.#returned.clear();
    return this.#sent.takeAll().filter(({ settled }) => !settled);
  }

  /** RabbitMQ sends the return before the confirm, so by now it is known. */
  #unroutable({ left }: PendingPublish): WaybillError | undefined {
    if (!this.#returned.take(left)) return undefined;
    return new UnroutableError(left.exchange, left.routingKey);
  }

  /**
   * Puts what was under way back in front. After a refusal nobody knows which message was meant, so the suspects go one
   * by one: the one that is alone on the channel when it is closed again is the one. Where the broker has closed the whole
   * connection it may have been somebody on another channel, so being alone counts only the third time; and where an
   * exchange was missing it is declared again first, so then it counts the second time.
   */
  #recover({ error, refused }: ChannelLoss): void {
    const isAlone = this.#sent.size === 1;
    const unconfirmed = this.#takeBack();
    this.#wasLost = refused === undefined;
    if (refused) {
      this.#isSomethingMissing = isSomethingMissing(error);
      for (const publish of unconfirmed) publish.suspicion += suspicionFor(refused, error);
      this.#suspects = Math.max(this.#suspects, unconfirmed.length);
    }
    const [first] = unconfirmed;
    if (refused && isAlone && first && first.suspicion >= certainSuspicion) {
      first.settle(refusedBy(error));
      this.#suspects--;
    }
    if (!refused) for (const each of unconfirmed) if (!each.isSentAgain) each.settle(lostWith(error));
    this.#outbox.putBack(unconfirmed);
    this.#onDown?.();
  }

  readonly #host: PublishHost = {
    settled: (publish) => {
      this.#outbox.settled(publish);
      if (this.#outbox.open === 0) this.#onIdle?.();
    },
    tooLate: (message) => tooLate(message, this.ready),
  };
}
