import type { Channel, ChannelModel, ConsumeMessage, Options } from 'amqplib';
import { TopologyError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Acknowledger } from './acknowledger.js';
import { answerCancel, takeStrays } from './below-amqplib.js';
import { isDeliveryTimeout } from './broker-error.js';
import { isAtLeast } from './broker-version.js';
import { closeInTime } from './close-in-time.js';
import { Delivery } from './delivery.js';
import { LastingChannel } from './lasting-channel.js';
import type { LastingConnection } from './lasting-connection.js';
import { type StreamOffset, StreamPosition, streamOffset } from './stream-position.js';
import { onThrowAwayChannel } from './topology.js';

/**
 * Where a classic queue is deleted and another one of its name is there at once, RabbitMQ 3 consumes that on our behalf, says
 * nothing, and may never deliver from it (seen in 3.10). With this argument it tells us of the end of the first in every
 * case (RabbitMQ docs, Classic Queue Mirroring, "Cancellation"). Other types of queues know no such argument, and refuse it;
 * RabbitMQ 4 tells without it.
 */
const onFailover = 'x-cancel-on-ha-failover';

function isAboutFailover(thrown: unknown): boolean {
  return toError(thrown).message.includes(onFailover);
}

/** What a {@link Subscription} needs from its consumer. */
export interface SubscriptionHost {
  readonly connection: LastingConnection;
  readonly logger: Logger;
  /** How many unsettled messages the broker hands us. */
  readonly prefetch: number;
  /** How many handlers run at once. */
  readonly concurrency: number;
  /** Declares again what is consumed, after the broker has taken it away. */
  readonly redeclare: ((model: ChannelModel) => Promise<void>) | undefined;
  /** A message has come. */
  deliver(delivery: Delivery): void;
  /** Whether a message came back so often that it may have ended the processes that ran it. */
  isSuspect(delivery: Delivery): boolean;
  /** Whether the same message still runs here. */
  isTwin(delivery: Delivery): boolean;
  /** Gives back what a channel has delivered and nobody has begun. */
  returnWaiting(acknowledger: Acknowledger): void;
  /** Of these deliveries of one channel the broker has taken back those that were not settled in time. */
  overdue(deliveries: readonly Delivery[]): void;
  /** Told after each settlement. */
  settled(): void;
  /** A channel is gone, and its deliveries with it: the broker hands them out again. */
  lost(): void;
}

/** How a queue is consumed, as far as its declaration tells. */
export interface QueueTraits {
  /** Where to begin, if it is a stream. @default 'next' */
  readonly offset?: StreamOffset | undefined;
  /** The arguments with which it was declared, where that is known. */
  readonly declared: Readonly<Record<string, unknown>>;
}

/** A channel on which the queue is consumed, and what was delivered on it. */
interface Session {
  readonly channel: Channel;
  readonly acknowledger: Acknowledger;
  tag: string | undefined;
  /** Whether what still comes goes back at once. */
  isClosedToNew: boolean;
  /** Whether nothing comes any more. */
  isLeft: boolean;
  /** Whether the broker ended it because a delivery was not settled in time. */
  timedOut: boolean;
}

/**
 * One queue that is consumed, on a channel of its own, so that what happens to one queue stops no other: a refusal closes
 * the channel. It comes back by itself after whatever happens to channel, connection or queue.
 *
 * It is narrow, with one message in hand, while messages come that may have ended the processes that ran them: who dies
 * with a hundred in hand makes suspects of them all. Then it is wide again.
 */
export class Subscription {
  readonly queue: string;
  readonly #host: SubscriptionHost;
  readonly #traits: QueueTraits;
  readonly #channel: LastingChannel<Channel>;
  readonly #position: StreamPosition | undefined;
  /** Sessions that were left: their channels stay until what they have delivered is settled. */
  readonly #left = new Set<Session>();
  #session: Session | undefined;
  /** One that is left as soon as its successor consumes. */
  #replaced: Session | undefined;
  #isRenewing = false;
  #isNarrow: boolean | undefined;
  /** Narrow, but what is in hand is no suspect: as soon as it is settled, it may be wide. */
  #mayWiden = false;
  #wasRefused = false;
  #knowsFailover = true;
  #cancelled = false;

  constructor(queue: string, host: SubscriptionHost, traits: QueueTraits = { declared: {} }) {
    this.queue = queue;
    this.#host = host;
    this.#traits = traits;
    const isStream = traits.declared['x-queue-type'] === 'stream' || traits.offset !== undefined;
    this.#position = isStream ? new StreamPosition(traits.offset) : undefined;
    const role = {
      open: (model: ChannelModel) => model.createChannel(),
      setUp: (channel: Channel) => this.#setUp(channel),
      onUp: () => {},
      onDown: () => {},
    };
    this.#channel = new LastingChannel(host.connection, role, host.logger);
  }

  /** True while the broker has agreed that we consume, and has not taken it back. */
  get active(): boolean {
    return (
      this.#session?.tag !== undefined || (this.#isRenewing && this.#host.connection.model !== undefined)
    );
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
      if (!isAboutFailover(thrown)) throw thrown;
      await this.#channel.open();
    }
  }

  /** Begins as soon as it can; a refusal is logged, and it is tried again with back-off. */
  start(): void {
    this.#channel.start();
  }

  /** Takes no more messages. What was delivered may still be settled. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    this.#mayWiden = false;
    await Promise.all([this.#session, this.#replaced].map((each) => each && cancelled(each)));
  }

  /** Writes the acks that were collected, and closes the channels: what is not settled goes back to the queue. */
  async close(): Promise<void> {
    this.#cancelled = true;
    const session = this.#session;
    session?.acknowledger.flush();
    for (const { acknowledger } of this.#left) acknowledger.release();
    const left = [...this.#left].map((each) => this.#closeLeft(each));
    await Promise.all([this.#channel.close(), ...left]);
    session?.acknowledger.abandon();
  }

  async #setUp(channel: Channel): Promise<void> {
    const session: Session = {
      channel,
      acknowledger: new Acknowledger(channel, (acked) => this.#onSettled(session, acked)),
      tag: undefined,
      isClosedToNew: false,
      isLeft: false,
      timedOut: false,
    };
    this.#session = session;
    takeStrays(channel, (message) => this.#take(message, session));
    channel.on('error', (error: Error) => {
      session.timedOut = isDeliveryTimeout(error);
    });
    channel.on('close', () => this.#abandon(session));
    if (this.#cancelled) return;
    // A queue that was refused last time may be gone: then it must be declared first.
    if (this.#wasRefused) await this.#redeclare();
    this.#wasRefused = true;
    // After a loss, too: what comes then may be what another process has died of.
    if (!this.#isRenewing) this.#isNarrow = this.#beginsNarrow;
    this.#mayWiden = false;
    try {
      await channel.prefetch(this.#prefetch);
      await this.#consume(session);
    } finally {
      this.#isRenewing = false;
      if (this.#replaced) void this.#leave(this.#replaced);
      this.#replaced = undefined;
    }
    this.#wasRefused = false;
  }

  /**
   * RabbitMQ 4 drops a quorum queue's message that came back 20 times, and counts each that a dead process had in hand.
   * From 4.3 on what has not begun can be given back uncounted; before, it must not be handed out at all. Of a queue that was
   * not declared here as what it is, nobody tells.
   */
  get #beginsNarrow(): boolean {
    const { model } = this.#host.connection;
    const { declared } = this.#traits;
    if (this.#host.prefetch === 1 || declared['x-queue-type'] !== 'quorum' || isAtLeast(model, '4.3'))
      return false;
    return isAtLeast(model, '4.0') || declared['x-delivery-limit'] !== undefined;
  }

  /** What was delivered on a channel that was left is in hand, too. */
  get #prefetch(): number {
    const { prefetch } = this.#host;
    return this.#isNarrow ? 1 : prefetch && Math.max(1, prefetch - this.unsettled);
  }

  async #consume(session: Session): Promise<void> {
    const { channel, acknowledger } = session;
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message) this.#take(message, session);
      else void this.#onBrokerCancel(session);
    };
    const { consumerTag } = await channel.consume(this.queue, onMessage, this.#options).catch((thrown) => {
      if (isAboutFailover(thrown)) this.#knowsFailover = false;
      throw thrown;
    });
    if (this.#cancelled) await channel.cancel(consumerTag).catch(() => {});
    else if (acknowledger.alive) session.tag = consumerTag;
  }

  get #options(): Options.Consume {
    if (this.#position) return { arguments: { [streamOffset]: this.#position.begin() } };
    const asks = this.#knowsFailover && !isAtLeast(this.#host.connection.model, '4.0');
    return { arguments: asks ? { [onFailover]: true } : {} };
  }

  #take(message: ConsumeMessage, session: Session): void {
    const delivery = new Delivery(this.queue, message, session.acknowledger);
    if (this.#position) delivery.isRepeated = !this.#position.isNew(delivery);
    if (session.isClosedToNew) delivery.giveBack();
    else if (session !== this.#session || this.#fits(delivery)) this.#host.deliver(delivery);
    else delivery.giveBack();
  }

  /**
   * Whether a delivery may stay; else it goes back, and comes again when as many are in hand as should be. Before 4.3 a suspect
   * stays: the broker would count that it went back.
   */
  #fits(delivery: Delivery): boolean {
    if (this.#host.prefetch === 1) return true;
    const isSuspect = this.#host.isSuspect(delivery);
    const isInTheWay = this.#isNarrow === true && this.#host.isTwin(delivery);
    const mustBeAlone = isSuspect && !this.#isNarrow && isAtLeast(this.#host.connection.model, '4.3');
    if (isInTheWay || mustBeAlone) {
      this.#renew({ narrow: isSuspect, giveBack: true });
      return false;
    }
    if (this.#isNarrow && !isSuspect) this.#widen();
    return true;
  }

  /**
   * With one handler at a time it can wait until that is done: a quorum queue counts a consumer that was left for as long as
   * its last message is not settled.
   */
  #widen(): void {
    if (this.#host.concurrency === 1) this.#mayWiden = true;
    else this.#renew({ narrow: false, giveBack: false });
  }

  /**
   * Goes on with a fresh channel. The old one stays until what runs is settled: on the same channel, a consumer that was
   * left and has a message that becomes overdue ends the new one as well (seen in 4.3).
   */
  #renew({ narrow, giveBack }: { readonly narrow: boolean; readonly giveBack: boolean }): void {
    const session = this.#session;
    this.#mayWiden = false;
    const channel = session && !this.#cancelled && this.#channel.renew();
    if (!channel) return;
    this.#isRenewing = true;
    this.#isNarrow = narrow;
    session.isClosedToNew = giveBack;
    this.#left.add(session);
    if (giveBack) {
      void this.#leave(session);
      // Behind the cancel, or the broker would hand it to us again.
      this.#host.returnWaiting(session.acknowledger);
    } else {
      // Until the new one consumes: a queue without a consumer looks like one that nobody serves.
      session.acknowledger.hold();
      this.#replaced = session;
    }
  }

  async #leave(session: Session): Promise<void> {
    await cancelled(session);
    session.isLeft = true;
    session.acknowledger.release();
    this.#closeIfSettled(session);
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
    const isThere = await this.#isThere();
    // Else RabbitMQ wants no answer, and closes the connection for one.
    if (isThere && isAtLeast(this.#host.connection.model, '4.3')) answerCancel(channel, tag);
    if (session !== this.#session || this.#cancelled) return;
    if (!isThere) {
      this.#host.logger.warn(
        `The broker stopped delivering from queue '${this.queue}' (deleted or moved). Consuming it again.`,
      );
      this.#wasRefused = true;
    }
    this.#renew({ narrow: this.#isNarrow ?? false, giveBack: isThere });
    if (isThere) this.#host.overdue([...acknowledger.deliveries]);
  }

  /** Who may not ask is not told that it is gone. */
  async #isThere(): Promise<boolean> {
    const { model } = this.#host.connection;
    if (!model) return true;
    try {
      await onThrowAwayChannel(model, (channel) => channel.checkQueue(this.queue));
      return true;
    } catch (thrown) {
      return !(thrown instanceof TopologyError && thrown.replyCode === 404);
    }
  }

  async #redeclare(): Promise<void> {
    const { connection, redeclare } = this.#host;
    if (connection.model) await redeclare?.(connection.model);
  }

  /**
   * What was acked is the last in hand, and the ack is not written yet: so nothing comes any more before the cancel. After a
   * `reject` the message itself would be on its way again.
   */
  #onSettled(session: Session, acked: boolean): void {
    const isClear = acked && session.acknowledger.unsettled === 0;
    if (isClear && this.#mayWiden && session === this.#session)
      this.#renew({ narrow: false, giveBack: false });
    else this.#closeIfSettled(session);
    this.#host.settled();
  }

  #closeIfSettled(session: Session): void {
    if (!session.isLeft || session.acknowledger.unsettled > 0 || !this.#left.has(session)) return;
    void this.#closeLeft(session);
  }

  async #closeLeft(session: Session): Promise<void> {
    this.#left.delete(session);
    session.acknowledger.release();
    await closeInTime(session.channel);
    session.acknowledger.abandon();
  }

  #abandon(session: Session): void {
    const deliveries = session.timedOut ? [...session.acknowledger.deliveries] : [];
    this.#mayWiden = false;
    session.tag = undefined;
    this.#left.delete(session);
    if (session === this.#session) this.#session = undefined;
    this.#position?.returnTo(session.acknowledger.deliveries);
    session.acknowledger.abandon();
    this.#host.lost();
    if (session.timedOut) this.#host.overdue(deliveries);
  }
}

/**
 * Takes no more messages. Ends when nothing comes any more: a delivery may stand behind the broker's word that it has
 * stopped (seen with quorum queues), but not behind its next answer.
 */
async function cancelled(session: Session): Promise<void> {
  const { tag, channel } = session;
  session.tag = undefined;
  if (tag === undefined) return;
  try {
    await channel.cancel(tag);
    await channel.prefetch(1);
  } catch {
    // The channel is gone, and with it what it had delivered.
  }
}
