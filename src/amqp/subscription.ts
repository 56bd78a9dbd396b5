import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel, ConsumeMessage, Options } from 'amqplib';
import { toError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Acknowledger } from './acknowledger.js';
import { delayBefore, reconnectBackOff } from './back-off.js';
import { Delivery } from './delivery.js';
import { LastingChannel } from './lasting-channel.js';
import type { LastingConnection } from './lasting-connection.js';

/**
 * Where a classic queue is deleted and another one of its name is there at once, RabbitMQ consumes that on our behalf, says
 * nothing, and may never deliver from it (seen in 3.10). With this argument it tells us of the end of the first in every
 * case (RabbitMQ docs, Classic Queue Mirroring, "Cancellation"). Other types of queues know no such argument, and refuse it.
 */
const cancelOnFailover: Options.Consume = { arguments: { 'x-cancel-on-ha-failover': true } };

function isAboutFailover(thrown: unknown): boolean {
  return toError(thrown).message.includes('x-cancel-on-ha-failover');
}

/** What a {@link Subscription} needs from its consumer. */
export interface SubscriptionHost {
  readonly connection: LastingConnection;
  readonly logger: Logger;
  /** How many unsettled messages the broker hands us. */
  readonly prefetch: number;
  /** Declares again what is consumed, after the broker has taken it away. */
  readonly redeclare: ((model: ChannelModel) => Promise<void>) | undefined;
  /** A message has come. */
  deliver(delivery: Delivery): void;
  /** Told after each settlement. */
  settled(): void;
  /** The channel is gone, and its deliveries with it: the broker hands them out again. */
  lost(): void;
}

/**
 * One queue that is consumed, on a channel of its own, so that what happens to one queue stops no other: a refusal closes
 * the channel. It comes back by itself after whatever happens to channel, connection or queue.
 */
export class Subscription {
  readonly queue: string;
  readonly #host: SubscriptionHost;
  readonly #channel: LastingChannel<Channel>;
  #acknowledger: Acknowledger | undefined;
  #tag: string | undefined;
  #wasRefused = false;
  #options: Options.Consume = cancelOnFailover;
  #cancelled = false;

  constructor(queue: string, host: SubscriptionHost) {
    this.queue = queue;
    this.#host = host;
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
    return this.#tag !== undefined;
  }

  /** How many deliveries are neither acked nor rejected; those of a channel that is gone are not ours any more. */
  get unsettled(): number {
    return this.#acknowledger?.unsettled ?? 0;
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
    const tag = this.#tag;
    this.#tag = undefined;
    if (tag !== undefined) await this.#channel.channel?.cancel(tag).catch(() => {});
  }

  /** Writes the acks that were collected, and closes the channel: what is not settled goes back to the queue. */
  async close(): Promise<void> {
    this.#cancelled = true;
    this.#acknowledger?.flush();
    await this.#channel.close();
    this.#acknowledger?.abandon();
  }

  async #setUp(channel: Channel): Promise<void> {
    const acknowledger = new Acknowledger(channel, () => this.#host.settled());
    this.#acknowledger = acknowledger;
    channel.on('close', () => this.#abandon(acknowledger));
    if (this.#cancelled) return;
    // A queue that was refused last time may be gone: then it must be declared first.
    if (this.#wasRefused) await this.#redeclare();
    this.#wasRefused = true;
    await channel.prefetch(this.#host.prefetch);
    await this.#consume(channel, acknowledger);
    this.#wasRefused = false;
  }

  async #consume(channel: Channel, acknowledger: Acknowledger): Promise<void> {
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message) this.#take(message, acknowledger);
      else void this.#resume(channel, acknowledger);
    };
    const { consumerTag } = await channel.consume(this.queue, onMessage, this.#options).catch((thrown) => {
      if (isAboutFailover(thrown)) this.#options = {};
      throw thrown;
    });
    if (this.#cancelled) await channel.cancel(consumerTag).catch(() => {});
    else if (acknowledger.alive) this.#tag = consumerTag;
  }

  #take(message: ConsumeMessage, acknowledger: Acknowledger): void {
    this.#host.deliver(new Delivery(this.queue, message, acknowledger));
  }

  /**
   * The broker has cancelled us, as it does when the queue is deleted: declare it again and go on. A refusal closes the
   * channel; the next one begins by declaring, too.
   */
  async #resume(channel: Channel, acknowledger: Acknowledger): Promise<void> {
    this.#tag = undefined;
    if (this.#cancelled) return;
    this.#host.logger.warn(
      `The broker stopped delivering from queue '${this.queue}' (deleted or moved). Consuming it again.`,
    );
    this.#wasRefused = true;
    for (let attempt = 1; acknowledger.alive && !this.#cancelled; attempt++) {
      try {
        await this.#redeclare();
        await this.#consume(channel, acknowledger);
        this.#wasRefused = false;
        return;
      } catch (thrown) {
        this.#host.logger.error(`Queue '${this.queue}': ${toError(thrown).message}.`);
        await sleep(delayBefore(attempt, reconnectBackOff));
      }
    }
  }

  async #redeclare(): Promise<void> {
    const { connection, redeclare } = this.#host;
    if (connection.model) await redeclare?.(connection.model);
  }

  #abandon(acknowledger: Acknowledger): void {
    acknowledger.abandon();
    if (acknowledger !== this.#acknowledger) return;
    this.#tag = undefined;
    this.#host.lost();
  }
}
