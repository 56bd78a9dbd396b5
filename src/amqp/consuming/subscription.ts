import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { nextTurn } from '../../common/next-turn.js';
import { isAtLeast } from '../common/broker-version.js';
import { RecoveringChannel } from '../connection/recovering-channel.js';
import { queueExists } from '../declaring/queue-exists.js';
import { adviceOnMissing } from '../declaring/refusal-advice.js';
import { answerCancel } from '../frames/amqplib-internals.js';
import { ConsumeRequest } from './consume-request.js';
import { isAnyLate } from './consumer-timeouts.js';
import { Delivery } from './delivery.js';
import { Session, type SessionOwner } from './session.js';
import type { QueueTraits, SubscriptionHost } from './subscription-host.js';
import { type Change, Width } from './width.js';

/**
 * One queue that is consumed, on a channel of its own, so that what happens to one queue stops no other: a refusal closes
 * the channel. It comes back by itself after whatever happens to channel, connection or queue.
 */
export class Subscription {
  readonly queue: string;
  /** How it is consumed. */
  readonly traits: QueueTraits;
  readonly #host: SubscriptionHost;
  readonly #channel: RecoveringChannel<Channel>;
  readonly #request: ConsumeRequest;
  readonly #width: Width;
  readonly #owner: SessionOwner = {
    take: (message, session) => this.#take(message, session),
    settled: (session, acked) => this.#onSettled(session, acked),
    lost: (session) => this.#abandon(session),
  };
  /** Sessions that were left: their channels stay until what they have delivered is settled. */
  readonly #left = new Set<Session>();
  #session: Session | undefined;
  /** One that is left as soon as its successor consumes. */
  #replaced: Session | undefined;
  /** Ends when the last one that was left for good has stopped consuming. */
  #leaving: Promise<void> | undefined;
  #isRenewing = false;
  #wasRefused = false;
  #cancelled = false;

  constructor(queue: string, host: SubscriptionHost, traits: QueueTraits = { declared: {} }) {
    this.queue = queue;
    this.traits = traits;
    this.#host = host;
    this.#width = new Width(host, traits);
    this.#request = new ConsumeRequest(queue, traits);
    const role = {
      name: `queue '${queue}'`,
      open: (model: ChannelModel) => model.createChannel(),
      setUp: (channel: Channel) => this.#setUp(channel),
      isPaced: true,
      adviceOn: adviceOnMissing,
    };
    this.#channel = new RecoveringChannel(host.connection, role, host.logger);
  }

  /** True while the broker has agreed that we consume, and has not taken it back. */
  get active(): boolean {
    return (
      this.#session?.tag !== undefined || (this.#isRenewing && this.#host.connection.model !== undefined)
    );
  }

  /** Whether it is known to be a stream. */
  get isStream(): boolean {
    return this.#request.position !== undefined;
  }

  /** How many deliveries are neither acked nor rejected; those of a channel that is gone are not ours any more. */
  get unsettled(): number {
    let sum = this.#session?.acknowledger.unsettled ?? 0;
    for (const { acknowledger } of this.#left) sum += acknowledger.unsettled;
    return sum;
  }

  /** Begins, and says how that went. @throws the broker's refusal; ClosedError when the connection is closed meanwhile. */
  async open(): Promise<void> {
    try {
      await this.#channel.open();
    } catch (thrown) {
      if (!this.#request.isTooMuch(thrown)) throw thrown;
      await this.#channel.open();
    }
  }

  /** Begins as soon as it can; a refusal is logged, and it is tried again with back-off. */
  start(): void {
    this.#channel.start();
  }

  /** Goes on with a fresh channel, for settings that a channel has from its beginning: meanwhile somebody always consumes. */
  refresh(): void {
    this.#renew({ narrow: this.#width.isNarrow, giveBack: false });
  }

  /** Takes no more messages. What was delivered may still be settled. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    await Promise.all([this.#session?.cancel(), this.#replaced?.cancel()]);
  }

  /** Writes the acks that were collected, and closes the channels: what is not settled goes back to the queue. */
  async close(): Promise<void> {
    this.#cancelled = true;
    const session = this.#session;
    session?.acknowledger.close();
    const left = [...this.#left].map((each) => this.#closeLeft(each));
    await Promise.all([this.#channel.close(), ...left]);
    session?.acknowledger.abandon();
  }

  async #setUp(channel: Channel): Promise<void> {
    const session = new Session(channel, this.#host.prefetch, this.#owner);
    this.#session = session;
    if (this.#cancelled) return;
    // A queue that was refused last time may be gone: then it must be declared first.
    if (this.#wasRefused && this.#host.connection.model)
      await this.#host.redeclare?.(this.#host.connection.model);
    this.#wasRefused = true;
    if (!this.#isRenewing) this.#width.begin();
    try {
      await channel.prefetch(this.#width.prefetch);
      // Else the broker would refuse us for our own sake.
      if (this.#request.isExclusive) await Promise.all([this.#replaced?.cancel(), this.#leaving]);
      await this.#consume(session);
    } finally {
      this.#isRenewing = false;
      if (this.#replaced) void this.#leave(this.#replaced);
      this.#replaced = undefined;
    }
    this.#wasRefused = false;
  }

  async #consume(session: Session): Promise<void> {
    const { channel, acknowledger } = session;
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message) this.#take(message, session);
      else nextTurn(() => void this.#onBrokerCancel(session)); // It may be right behind `consume-ok`.
    };
    const options = this.#request.options(this.#host.connection.model);
    const { consumerTag } = await channel.consume(this.queue, onMessage, options).catch((thrown) => {
      this.#request.isTooMuch(thrown);
      throw thrown;
    });
    if (this.#cancelled) await channel.cancel(consumerTag).catch(() => {});
    else if (acknowledger.alive) session.tag = consumerTag;
  }

  #take(message: ConsumeMessage, session: Session): void {
    const delivery = new Delivery(this.queue, message, session.acknowledger, this.traits.declared);
    const { position } = this.#request;
    if (position) {
      delivery.isOfStream = true;
      delivery.isRepeated = !position.isNew(delivery);
    }
    const change = session === this.#session ? this.#width.changeFor(delivery) : undefined;
    if (change) this.#renew(change);
    if (session.isClosedToNew) delivery.giveBack();
    else this.#host.deliver(delivery);
  }

  /**
   * Goes on with a fresh channel. The old one stays until what runs is settled: on the same channel, a consumer that was
   * left and has a message that becomes overdue ends the new one as well (seen in 4.3).
   */
  #renew({ narrow, giveBack }: Change, { isLost = false } = {}): void {
    const session = this.#session;
    if (!session || this.#cancelled || !this.#channel.renew({ isLost })) return;
    this.#isRenewing = true;
    this.#width.set(narrow);
    session.isClosedToNew = giveBack;
    this.#left.add(session);
    if (giveBack) {
      this.#leaving = this.#leave(session);
      // Behind the cancel, or the broker would hand it to us again.
      this.#host.returnWaiting(session.acknowledger);
    } else {
      // Until the new one consumes: a queue without a consumer looks like one that nobody serves.
      session.acknowledger.hold();
      this.#replaced = session;
    }
  }

  async #leave(session: Session): Promise<void> {
    await session.leave();
    this.#closeIfOver(session);
  }

  /**
   * The broker has cancelled us. Either the queue was deleted: then it is declared again. Or it is there, and a message was
   * not settled in time (4.3): what was is ours no more, and what waits here goes back before it is late, too.
   */
  async #onBrokerCancel(session: Session): Promise<void> {
    const { tag, acknowledger, channel } = session;
    session.tag = undefined;
    if (tag === undefined) return;
    acknowledger.flush();
    acknowledger.doubtAcks();
    // Before 4.3 the broker closes the channel for a late delivery, and tells by that.
    const mayBeLate =
      isAtLeast(this.#host.connection.model, '4.3') &&
      isAnyLate(acknowledger.deliveries, this.traits.declared);
    const isLate = mayBeLate && (await queueExists(this.#host.connection.model, this.queue));
    // Else RabbitMQ wants no answer, and closes the connection for one.
    if (isLate) answerCancel(channel, tag);
    if (session !== this.#session || this.#cancelled) return;
    if (!isLate) {
      this.#host.logger.warn(
        `The broker stopped delivering from queue '${this.queue}' (deleted or moved). Consuming it again.`,
      );
      this.#wasRefused = true;
    }
    this.#renew({ narrow: this.#width.isNarrow, giveBack: isLate }, { isLost: true });
    if (isLate) this.#host.overdue([...acknowledger.deliveries]);
  }

  /**
   * An ack is not written yet: where it was for the last in hand, nothing comes any more before the cancel. After a `reject`
   * the message itself would be on its way again.
   */
  #onSettled(session: Session, acked: boolean): void {
    const isClear = acked && session === this.#session && session.acknowledger.unsettled === 0;
    const change = isClear ? this.#width.changeWhenClear() : undefined;
    if (change) this.#renew(change);
    else this.#closeIfOver(session);
    this.#host.settled();
  }

  #closeIfOver(session: Session): void {
    if (session.isOver && this.#left.has(session)) void this.#closeLeft(session);
  }

  async #closeLeft(session: Session): Promise<void> {
    this.#left.delete(session);
    await session.close();
  }

  #abandon(session: Session): void {
    const deliveries = session.timedOut ? [...session.acknowledger.deliveries] : [];
    session.tag = undefined;
    this.#left.delete(session);
    if (session === this.#session) this.#session = undefined;
    this.#request.position?.returnTo(session.acknowledger.deliveries);
    session.acknowledger.abandon();
    this.#host.lost();
    if (session.timedOut) this.#host.overdue(deliveries);
  }
}
