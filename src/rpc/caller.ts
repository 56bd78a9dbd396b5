import { directReplyTo, type Link, nextMessageId, sendWatched } from '../amqp/index.js';
import { throwHere } from '../common/call-site.js';
import { within } from '../common/timers.js';
import { ClosedError, type WaybillError } from '../errors.js';
import type { Result } from '../wire/index.js';
import { type CallLine, CallLines } from './call-line.js';
import { assertCallOptions, type CallOptions } from './call-options.js';
import { CancelLine } from './cancel-line.js';
import { type CallHost, type Cancel, PendingCall } from './pending-call.js';
import { newReplyAddress } from './reply-address.js';
import { type CollectOptions, ReplyQueue } from './reply-queue.js';
import { type CallRequest, readReply } from './request.js';

/** How long a caller that closes waits for its cancels to be sent. */
const cancelsMs = 1_000;

/** Keys may come from outside: only so many are remembered. */
const MAX_TOLD = 100;

/**
 * Makes calls. Replies come to RabbitMQ's direct reply-to address, where the {@link CallLine} matches them by correlation id; or each
 * call has a queue of its own, which needs no correlation id (Python's Postage).
 */
export class RpcCaller {
  readonly #link: Link;
  readonly #line: CallLine;
  readonly #host: CallHost;
  readonly #pending = new Set<PendingCall>();
  /** On their way. */
  readonly #cancels = new Set<Promise<void>>();
  readonly #queues = new Map<string, ReplyQueue>();
  #isClosing = false;
  /** Where calls did not get to, and this was said. */
  readonly #told = new Set<string>();

  /** The link's publishing connection must have been opened. */
  constructor(link: Link) {
    this.#link = link;
    this.#line = CallLines.of(link).acquire();
    const { publisher } = this.#line;
    const connected = (): boolean => link.publishing;
    const undelivered = (request: CallRequest, why: WaybillError): void => this.#tellOnce(request, why);
    const cancelled: CallHost['cancelled'] = (id, request, cancel) => this.#cancel(id, request, cancel);
    const ask: CallHost['ask'] = ({ id, replyTo }, request, forMs) => {
      void CancelLine.of(link).ask(id, request, { publisher, replyTo, forMs });
    };
    this.#host = { publisher, deadlines: link.deadlines, connected, undelivered, ask, cancelled };
  }

  /** Calls and waits for the answer. Never throws: what goes wrong is the result. */
  call<Answer>(request: CallRequest, options: CallOptions): Promise<Result<Answer>> {
    return new Promise((resolve) => {
      this.#newCall(
        nextMessageId(),
        request,
        directReplyTo,
        options,
        resolve as (result: Result) => void,
      ).start();
    });
  }

  /** Calls with a reply queue for this call alone: whatever arrives there is the answer. */
  async callWithOwnQueue<Answer>(request: CallRequest, options: CallOptions): Promise<Result<Answer>> {
    const id = nextMessageId();
    const address = await newReplyAddress();
    const { inbox } = this.#line;
    return await new Promise((resolve) => {
      const call = this.#newCall(id, request, address, options, (result) => {
        void inbox.ignore(address);
        resolve(result as Result<Answer>);
      });
      void inbox.listen(address, (reply) => call.replied(reply)).then(() => call.start());
    });
  }

  /**
   * Sends a call once and gives back the queue to which its answers will come, at once.
   * @throws ConfigurationError for numbers that are none; what publishing throws: UnroutableError, PublishTimeoutError, …
   */
  async send<Answer>(request: CallRequest, options: CallOptions): Promise<ReplyQueue<Answer>> {
    assertCallOptions(request, options);
    const id = nextMessageId();
    const address = await newReplyAddress();
    const endsAt = performance.now() + options.timeoutMs;
    const queue = new ReplyQueue<Answer>(address, this.#link.deadlines, {
      remove: (name) => this.#drop(name),
      cancel: (reason) => this.#cancel(id, request, { reason, remainingMs: endsAt - performance.now() }),
    });
    this.#queues.set(queue.name, queue as ReplyQueue);
    await this.#line.inbox.listen(queue.name, (reply) => {
      const result = readReply<Answer>(reply, request);
      if (result) queue.add(result);
    });
    const { exchange, routingKey, content, properties } = request;
    const message = { exchange, routingKey, content, mandatory: true };
    try {
      const addressed = { ...properties, messageId: id, correlationId: id, replyTo: queue.name };
      const made = { ...message, properties: addressed };
      const watched = request.watch?.(made, 1) ?? { message: made, end: () => {} };
      const { timeoutMs, signal } = options;
      const sending = { timeoutMs, signal, leaving: request.leaving };
      await sendWatched(watched, (each) => this.#line.publisher.publish(each, sending));
      return queue;
    } catch (thrown) {
      await queue.close();
      throwHere(thrown);
    }
  }

  /** Takes answers from a queue of {@link send}, known by its name. @see ReplyQueue.collect */
  async collect(name: string, options?: CollectOptions): Promise<readonly Result[]> {
    const queue = this.#queues.get(name);
    if (!queue)
      throw new ClosedError(
        `There is no reply queue '${name}' here (it was closed, or made by another producer).`,
      );
    return await queue.collect(options);
  }

  /** Ends what is pending with a ClosedError, and closes the channel where no other caller is on it. */
  async close(): Promise<void> {
    const reason = new ClosedError('The producer was closed before the answer came.');
    this.#isClosing = true;
    for (const call of [...this.#pending]) call.cancel(reason, reason);
    for (const queue of this.#queues.values()) queue.end(reason);
    await Promise.all([...this.#queues.keys()].map((name) => this.#drop(name)));
    // For those who run what is given up now. They hear it by their deadlines, too, or when this end is gone.
    await within(Promise.all(this.#cancels), cancelsMs, () => []);
    await CallLines.of(this.#link).release(this.#line);
  }

  #newCall(
    id: string,
    request: CallRequest,
    replyTo: string,
    options: CallOptions,
    resolve: (result: Result) => void,
  ): PendingCall {
    const settle = (result: Result): void => {
      this.#line.remove(call);
      this.#pending.delete(call);
      resolve(result);
    };
    const call = new PendingCall({ id, replyTo, settle }, request, options, this.#host);
    // Known before it is sent: the answer may be here before the confirm is.
    this.#line.add(call);
    this.#pending.add(call);
    return call;
  }

  #cancel(id: string, request: CallRequest, cancel: Cancel): void {
    const sent = CancelLine.of(this.#link).send(id, request, cancel, () => !this.#isClosing);
    this.#cancels.add(sent);
    void sent.finally(() => this.#cancels.delete(sent));
  }

  /** With default settings the caller hears of it after two minutes; whoever looks at the log should not wait as long. */
  #tellOnce({ name, exchange, routingKey }: CallRequest, { message }: WaybillError): void {
    const place = JSON.stringify([exchange, routingKey]);
    if (this.#told.has(place) || this.#told.size === MAX_TOLD) return;
    this.#told.add(place);
    this.#link.logger.warn(
      `The call '${name}' is not delivered yet, and is tried until its time is over: ${message} This is said once.`,
    );
  }

  async #drop(name: string): Promise<void> {
    this.#queues.delete(name);
    await this.#line.inbox.ignore(name);
  }
}
