import type { Channel, ChannelModel } from 'amqplib';
import { ConnectionLostError, toError } from '../../errors.js';
import { asTopologyError, replyCode } from '../connection/broker-error.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import { onThrowAwayChannel } from '../connection/throw-away-channel.js';
import { adviceOnMissing } from '../declaring/refusal-advice.js';

/** What the broker tells of a queue. */
export interface QueueCounts {
  readonly consumers: number;
  readonly messages: number;
}

/** How many questions may wait for one channel until another one is opened: amqplib asks them one after the other. */
const questionsEach = 16;
const maxChannels = 8;

/**
 * Asks the broker, on one connection, how things are. However many components ask at once, equal questions are asked once,
 * and few channels serve them all, closed when nothing is left to ask.
 */
export class Inquiry {
  readonly #connection: RecoveringConnection;
  readonly #open = new Map<string, Question>();
  /** Queues of which the broker does not tell us, on each connection. It writes an error into its log each time. */
  readonly #untold = new WeakMap<ChannelModel, Set<string>>();
  #channels = 0;

  constructor(connection: RecoveringConnection) {
    this.#connection = connection;
  }

  /** Resolves when the broker has answered something. Rejects when the connection is lost before that. */
  async answers(): Promise<void> {
    await this.#ask('', async () => {});
  }

  /**
   * The counts of a queue; undefined where we may not ask: RabbitMQ 4.2.6 and 4.3.0 want the permission `configure` for
   * it. @throws TopologyError when there is no such queue
   */
  async counts(queue: string): Promise<QueueCounts | undefined> {
    const { model } = this.#connection;
    if (model && this.#untold.get(model)?.has(queue)) return undefined;
    try {
      return await this.#ask(`queue ${queue}`, async (channel) => {
        const { consumerCount, messageCount } = await channel.checkQueue(queue);
        return { consumers: consumerCount, messages: messageCount };
      });
    } catch (thrown) {
      if (replyCode(thrown) !== 403)
        throw asTopologyError(thrown, `to tell of queue '${queue}'`, adviceOnMissing);
      if (model) this.#untold.set(model, (this.#untold.get(model) ?? new Set()).add(queue));
      return undefined;
    }
  }

  #ask<T>(what: string, ask: (channel: Channel) => Promise<T>): Promise<T> {
    const question = this.#open.get(what) ?? new Question(ask);
    this.#open.set(what, question);
    if (this.#channels < Math.min(maxChannels, Math.ceil(this.#open.size / questionsEach)))
      void this.#askOpen();
    return question.answer as Promise<T>;
  }

  /** Asks all that is open, on as many channels as refusals close. Never rejects: whoever asks is told. */
  async #askOpen(): Promise<void> {
    this.#channels++;
    while (this.#open.size > 0) {
      const { model } = this.#connection;
      try {
        if (!model) throw new ConnectionLostError('not connected');
        await onThrowAwayChannel(model, (channel) => this.#askOn(channel));
      } catch (thrown) {
        // Others that are being asked go on.
        if (this.#channels > 1) break;
        this.#fail(toError(thrown));
      }
    }
    this.#channels--;
  }

  /** One after the other, until a refusal has closed the channel. */
  async #askOn(channel: Channel): Promise<void> {
    for (const [what, question] of this.#open) {
      // Who asks from now on wants to know how it is from now on.
      this.#open.delete(what);
      if (!(await question.askOn(channel))) return;
    }
  }

  #fail(error: Error): void {
    for (const question of this.#open.values()) question.fail(error);
    this.#open.clear();
  }
}

type Ask = (channel: Channel) => Promise<unknown>;

/** A question that waits for a channel, and its answer. */
class Question {
  readonly answer: Promise<unknown>;
  readonly #ask: Ask;
  #resolve!: (answer: unknown) => void;
  #reject!: (error: Error) => void;

  constructor(ask: Ask) {
    this.#ask = ask;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever asked may not wait any more.
    this.answer.catch(() => {});
  }

  /** @returns false for a refusal, which has closed the channel. */
  async askOn(channel: Channel): Promise<boolean> {
    try {
      this.#resolve(await this.#ask(channel));
      return true;
    } catch (thrown) {
      this.fail(toError(thrown));
      return false;
    }
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}
