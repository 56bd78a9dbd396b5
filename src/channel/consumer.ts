import { refuseGenerated } from '../common/generators.js';
import { newContext } from '../common/own-context.js';
import { storyOf } from '../common/told-error.js';
import type { ReceivedMessage } from './message.js';

/** What a consumer asks of its channel. */
export interface ConsumerHost {
  cancel(consumerTag: string): Promise<void>;
  /** Gives back what nobody has looked at. */
  giveBack(messages: readonly ReceivedMessage[]): void;
  /** Tells of a callback that has thrown. */
  report(text: string): void;
}

/** How a consumer hands on what comes. */
export interface Handing {
  readonly noAck: boolean;
  readonly onMessage: ((message: ReceivedMessage) => unknown) | undefined;
}

/**
 * One consumer of a channel. Without `onMessage` it is iterated over, once: `for await (const message of consumer)`. The loop ends
 * when it is cancelled, by us or by the broker; leaving the loop cancels it, and gives back what waits in it. A channel that is closed
 * by an error throws it into the loop.
 */
export class ChannelConsumer implements AsyncIterable<ReceivedMessage>, AsyncDisposable {
  readonly #host: ConsumerHost;
  readonly #handing: Handing;
  readonly #waiting: ReceivedMessage[] = [];
  #consumerTag = '';
  #wake: (() => void) | undefined;
  #ended = false;
  #error: Error | undefined;

  /** @internal */
  constructor(handing: Handing, host: ConsumerHost) {
    this.#handing = handing;
    this.#host = host;
  }

  /** The tag by which the broker knows the consumer. */
  get consumerTag(): string {
    return this.#consumerTag;
  }

  /** Stops the deliveries; what has come may still be settled. Idempotent. @throws ChannelError */
  async cancel(): Promise<void> {
    if (!this.#ended) await this.#host.cancel(this.#consumerTag);
  }

  /** Cancels the consumer, as {@link cancel} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** The messages as they come, until it is cancelled; leaving the loop cancels it. @throws ChannelError when the channel closes under it */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedMessage, void, undefined> {
    try {
      for (;;) {
        const message = this.#waiting.shift();
        if (message) yield message;
        else if (this.#ended) break;
        else await this.#more();
      }
    } finally {
      await this.#leave();
    }
    if (this.#error) throw this.#error;
  }

  /** @internal The broker has said yes. */
  begin(consumerTag: string): void {
    this.#consumerTag = consumerTag;
  }

  /** @internal A message has come. */
  take(message: ReceivedMessage): void {
    if (this.#handing.onMessage)
      void newContext().runInAsyncScope(this.#hand, this, message, this.#handing.onMessage);
    else {
      this.#waiting.push(message);
      this.#wake?.();
    }
  }

  /** @internal Nothing comes any more; with an error when that is why. */
  end(error?: Error): void {
    this.#ended = true;
    this.#error ??= error;
    // What came on a channel that is gone is not ours any more.
    if (error) this.#waiting.length = 0;
    this.#wake?.();
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async #leave(): Promise<void> {
    await this.cancel();
    const rest = this.#waiting.splice(0);
    if (!this.#handing.noAck) this.#host.giveBack(rest);
  }

  /** n.b. an error that gets to amqplib from here would end the whole connection. */
  async #hand(message: ReceivedMessage, onMessage: (message: ReceivedMessage) => unknown): Promise<void> {
    try {
      refuseGenerated(await onMessage(message));
    } catch (thrown) {
      // n.b. not our own: a message may come before the broker has said it.
      const { consumerTag = '' } = message.deliveryInfo;
      this.#host.report(`The callback of consumer '${consumerTag}' failed: ${storyOf(thrown)}`);
    }
  }
}
