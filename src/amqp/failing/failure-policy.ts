import { setTimeout as sleep } from 'node:timers/promises';
import { cut } from '../../common/foreign-text.js';
import { tell } from '../../common/told-error.js';
import { ConfigurationError, isWaybillError, toError } from '../../errors.js';
import type { LogFields } from '../../logger.js';
import { nextMessageId } from '../common/message-id.js';
import { carriedHeaders } from '../consuming/carried-headers.js';
import { carriedProperties } from '../consuming/carried-properties.js';
import type { Seal } from '../consuming/consumer-options.js';
import type { Delivery } from '../consuming/delivery.js';
import { failureCount, failuresHeader } from '../consuming/failure-count.js';
import { messageFields } from '../consuming/told-message.js';
import type { MessageProperties, Outgoing } from '../frames/outgoing.js';
import { sendWatched, type Watched } from '../frames/watched.js';
import type { Link } from '../link/link.js';
import { dossierOf, type Failure, originHeader, originOf, shortened } from './dossier.js';
import { FailureQueues } from './failure-queues.js';
import { isHopeless } from './hopeless.js';
import { delayAfter, type RetryPolicy } from './retry-policy.js';

/**
 * What becomes of a message that is given up: `park` keeps it in `<queue>.failed` with a dossier, unless its queue was
 * declared with a dead-letter exchange; `reject` always rejects, for queues whose dead-lettering is a broker's policy;
 * `discard` acks it, and only the log remembers.
 */
export type GiveUp = 'park' | 'reject' | 'discard';

/** What a {@link FailurePolicy} needs to know of a component. */
export interface FailurePolicyOptions {
  /** Tries again first; without it a message that failed once is given up. */
  readonly retry?: RetryPolicy | undefined;
  /** Who handles: it stands in the dossier, and its `name` in the log. */
  readonly component: Readonly<Record<string, unknown>>;
  /** What becomes of a message that is given up. */
  readonly onFailure: GiveUp;
  /** Beside which queue the messages of a queue are parked. @default beside their own */
  keptAs?(queue: string): string;
  /** @see Seal */
  readonly seal?: Seal | undefined;
  /** Whether a queue has a dead-letter exchange of its own: then `park` rejects to that. */
  hasDeadLetterExchange(queue: string): boolean;
}

/** What becomes of a run that has failed. */
export interface Outlook {
  /** Its number; 1 is the first. */
  readonly run: number;
  /** How many runs there are in all. */
  readonly runs: number;
  /** How long the message rests before the next run, in milliseconds; undefined where there is none. */
  readonly nextMs?: number;
}

/**
 * What becomes of a message that could not be handled. It is tried again after a delay, then given up: rejected to the
 * queue's own dead-letter exchange, or parked in `<queue>.failed` with a dossier. In each case the copy is confirmed
 * before the original is acked, so a crash in between makes two of it, never none. Nothing is requeued at once.
 */
export class FailurePolicy {
  readonly #link: Link;
  readonly #options: FailurePolicyOptions;
  readonly #aside: FailureQueues;

  constructor(link: Link, options: FailurePolicyOptions) {
    this.#link = link;
    this.#aside = new FailureQueues(link);
    this.#options = options;
  }

  /**
   * Looks whether what fails in a queue can be settled as it was asked for.
   * @throws ConfigurationError for `retry` on a stream: what comes back to it comes to all who read it.
   */
  assertFits(queue: string): void {
    const isStream = this.#link.optionsOf(queue).arguments?.['x-queue-type'] === 'stream';
    if (!this.#options.retry || !isStream) return;
    throw new ConfigurationError(
      `Queue '${queue}' is a stream: what is tried again would be appended to it, for all who read it. Leave 'retry' out; what ` +
        `fails is then kept in '${queue}.failed'.`,
    );
  }

  /**
   * Settles a delivery that failed, unless it was left to others. Never rejects: when even this fails, the message goes back
   * after a rest.
   */
  async settle(delivery: Delivery, failure: Failure): Promise<void> {
    if (delivery.isLeft || delivery.settled) return;
    delivery.isPutAside = true;
    const { run, nextMs } = this.outlook(delivery, failure.error);
    try {
      if (nextMs === undefined) await this.#giveUp(delivery, run, failure);
      else await this.#retryLater(delivery, run, nextMs);
    } catch (thrown) {
      await this.#giveBackRested(delivery, toError(thrown));
    }
  }

  /** What {@link settle} is going to do. */
  outlook(delivery: Delivery, error: Error): Outlook {
    const run = failureCount(delivery) + 1;
    const { retry } = this.#options;
    if (!retry || isHopeless(error) || delivery.isOfStream) return { run, runs: run };
    const runs = Math.max(run, retry.attempts);
    return run < runs ? { run, runs, nextMs: delayAfter(run, retry) } : { run, runs };
  }

  /**
   * Settles a message that is not run any more, whatever `retry` says. A call is not kept: its caller knows that no answer
   * came. Never rejects.
   */
  async giveUp(delivery: Delivery, error: Error): Promise<void> {
    const { name } = this.#options.component;
    this.#link.logger.error(
      `${String(name)}: a message of queue '${delivery.queue}' is not run again: ${error.message}`,
      { ...this.#about(delivery), error: tell(error) },
    );
    if (delivery.properties.replyTo !== undefined) return delivery.reject();
    delivery.isPutAside = true;
    const runs = failureCount(delivery) + delivery.deliveryCount;
    try {
      await this.#giveUp(delivery, runs, { error });
    } catch (thrown) {
      await this.#giveBackRested(delivery, toError(thrown));
    }
  }

  /**
   * Keeps a message that nobody here is for, whatever `retry` and `onFailure` say: in the dead-letter exchange of its queue, or
   * parked. Only where it is now is told. Never rejects.
   */
  async keep(delivery: Delivery, failure: Failure): Promise<void> {
    if (delivery.isLeft) return;
    if (this.#options.hasDeadLetterExchange(delivery.queue)) return delivery.reject();
    delivery.isPutAside = true;
    try {
      this.#link.logger.info(
        await this.#park(delivery, failureCount(delivery), failure),
        this.#about(delivery),
      );
    } catch (thrown) {
      await this.#giveBackRested(delivery, toError(thrown));
    }
  }

  async #giveUp(delivery: Delivery, runs: number, failure: Failure): Promise<void> {
    const { onFailure } = this.#options;
    if (onFailure === 'discard') delivery.ack();
    else if (onFailure === 'reject' || this.#options.hasDeadLetterExchange(delivery.queue)) delivery.reject();
    else this.#link.logger.warn(await this.#park(delivery, runs, failure), this.#about(delivery));
  }

  async #retryLater(delivery: Delivery, runs: number, delayMs: number): Promise<void> {
    const queue = (): Promise<string> => this.#aside.forRetry(delivery.queue, typeOf(delivery), delayMs);
    const sealed = this.#options.seal?.(delivery, delivery.queue);
    await this.#move(delivery, queue, { headers: { [failuresHeader]: runs, ...sealed }, why: 'retried' });
  }

  #about(delivery: Delivery): LogFields {
    return { component: this.#options.component['name'], ...messageFields(delivery) };
  }

  /** Gives a sentence that says where it is now. */
  async #park(delivery: Delivery, runs: number, failure: Failure): Promise<string> {
    const dossier = dossierOf(delivery, runs, failure, this.#options.component);
    const beside = this.#options.keptAs?.(delivery.queue) ?? delivery.queue;
    const queue = (): Promise<string> => this.#aside.forParking(beside, typeOf(delivery));
    const sealed = this.#options.seal?.(delivery, beside);
    const headers = { [failuresHeader]: runs, ...dossier, ...sealed };
    const id = await this.#move(delivery, queue, { headers, why: 'parked' });
    const what = `A message of '${delivery.queue}' (id ${cut(id)})`;
    const where = `kept in '${await queue()}': npx waybill failed list ${beside}`;
    return `${what} was given up (run ${runs}) and is ${where}`;
  }

  /** Publishes the message to another queue, waits for the confirm, then acks the original. Gives its id, a new one where it had none. */
  async #move(delivery: Delivery, declareQueue: () => Promise<string>, change: Change): Promise<string> {
    // Without `expiration`: the message's own life began when it was sent; the copy lives by the rules of its queue.
    const { expiration: _life, ...kept } = carriedProperties(delivery.properties as MessageProperties);
    const messageId = kept.messageId ?? nextMessageId();
    const copy = { ...change, properties: { ...kept, messageId } };
    const queue = await declareQueue();
    try {
      await this.#copy(delivery, queue, copy);
    } catch (thrown) {
      if (!isWaybillError(thrown, 'UNROUTABLE')) throw thrown;
      // Somebody has deleted it since we have seen it.
      this.#aside.forget(queue);
      await this.#copy(delivery, await declareQueue(), copy);
    }
    delivery.ack();
    return messageId;
  }

  async #copy(delivery: Delivery, queue: string, { headers, why, properties }: Copy): Promise<void> {
    const { content, watch, properties: sent } = delivery;
    const own = { [originHeader]: originOf(delivery), ...headers };
    const copy = { exchange: '', routingKey: queue, content, properties, mandatory: true };
    const fitting = [{ ...carriedHeaders(sent.headers), ...own }, own, shortened(own)];
    await this.#publishFitting(copy, fitting, (made) => watch?.copying(made, why));
  }

  /**
   * Publishes it with the first of these headers that there is room for. They must fit into one frame, and amqplib writes
   * no more than 64 KiB of them: where the sender's leave no room for ours, they stay behind.
   */
  async #publishFitting(
    copy: Outgoing,
    [headers, ...smaller]: readonly Headers[],
    watch: (copy: Outgoing) => Watched | undefined,
  ): Promise<void> {
    const made = { ...copy, properties: { ...copy.properties, headers } };
    const watched = watch(made) ?? { message: made, end: () => {} };
    try {
      await sendWatched(watched, (message) => this.#link.publish(message));
    } catch (thrown) {
      if (smaller.length === 0 || !isWaybillError(thrown, 'CONFIGURATION')) throw thrown;
      await this.#publishFitting(copy, smaller, watch);
    }
  }

  /** `basic.reject`, not nack: on quorum queues only that counts towards the delivery limit (RabbitMQ 4.3). */
  async #giveBackRested(delivery: Delivery, error: Error): Promise<void> {
    this.#link.logger.error(
      `A message of '${delivery.queue}' failed and could not be put aside (${error.message}). It goes back in a second.`,
      { ...this.#about(delivery), error: tell(error) },
    );
    await rest();
    delivery.reject({ requeue: true });
  }
}

type Headers = Readonly<Record<string, unknown>>;

/** What is different on a copy, and why it is made. */
interface Change {
  readonly headers: Headers;
  readonly why: 'retried' | 'parked';
}
type Copy = Change & { readonly properties: MessageProperties };

/** Of the queue that it came from: what is put aside is as safe as it was. */
function typeOf({ declared }: Delivery): unknown {
  return declared['x-queue-type'];
}

/** How long a message stays here that would come back at once. */
async function rest(): Promise<void> {
  await sleep(1_000, undefined, { ref: false });
}
