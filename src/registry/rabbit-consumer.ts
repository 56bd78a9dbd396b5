import {
  type Arguments,
  checkConsuming,
  checkFailing,
  checkQueueArguments,
  type Delivery,
  DeliveryContext,
  FailurePolicy,
  type GiveUp,
  Intake,
  type LinkHealth,
  type LinkOptions,
  type RetryPolicy,
  wellWhile,
} from '../amqp/index.js';
import { choice } from '../common/choices.js';
import { cut } from '../common/foreign-text.js';
import { duration } from '../common/numbers.js';
import { toError } from '../errors.js';
import { Responder, ResultWriter } from '../rpc/index.js';
import { DrainError, type DrainOptions } from '../scheduler/index.js';
import { connectionName, identify, jsonEncoder } from '../wire/index.js';
import type { FindHandler, MessageConsumer } from './consumer.js';
import {
  checkDeadLetters,
  type DeadLetterPolicy,
  deadLettersOf,
  durableQueue,
} from './dead-letter-policy.js';
import { DetailWriter } from './detail.js';
import { NoMessageKeyError, UnregisteredHandlerError } from './errors.js';

/** How a {@link RabbitConsumer} takes messages. */
export interface RabbitConsumerOptions {
  /** How many unsettled messages of the queue this consumer has at most, from 1 to 65,535. @default 1 */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once, a whole number from 1 on. @default as many as are prefetched */
  readonly concurrency?: number | undefined;
  /** Sends what cannot be handled to `<queue>_dlq`. @default false: it is treated as `onFailure` says */
  readonly deadLetters?: boolean | DeadLetterPolicy | undefined;
  /** More arguments for the queue. Every process must declare it with the same. */
  readonly arguments?: Arguments | undefined;
  /**
   * Answers whoever named a `reply_to`: `detail` as ploomby, `{ "detail": "…" }`; `result` as everything else in Waybill,
   * with the value, or with the error's class and message. @default no answers
   */
  readonly rpc?: 'detail' | 'result' | undefined;
  /** Tries a failing message again, after a delay, before it is given up. */
  readonly retry?: RetryPolicy | undefined;
  /** What becomes of a message that is given up; `discard` is what the original did without dead letters. @default 'park' */
  readonly onFailure?: GiveUp | undefined;
}

const owner = 'RabbitConsumer';

/** Takes messages from one queue of RabbitMQ, on a channel of its own, to the handlers that their header names. */
export class RabbitConsumer implements MessageConsumer {
  readonly #messageKeyName: string;
  readonly #options: RabbitConsumerOptions;
  readonly #intake: Intake;
  #server: Server | undefined;
  #isTaking = false;

  /** Prefer `RabbitConsumerFactory.create`. @throws ConfigurationError for options that cannot be */
  constructor(connection: LinkOptions, messageKeyName: string, options: RabbitConsumerOptions = {}) {
    checkConsuming(owner, options);
    checkFailing(owner, options);
    checkQueueArguments(owner, options.arguments);
    if (options.rpc !== undefined) choice(`${owner}: rpc`, options.rpc, ['detail', 'result']);
    if (typeof options.deadLetters === 'object') checkDeadLetters(owner, options.deadLetters);
    this.#messageKeyName = messageKeyName;
    this.#options = options;
    const identity = identify({ name: 'RabbitConsumer' }, 'RabbitConsumer');
    this.#intake = new Intake({ connectionName: connectionName(identity), ...connection });
  }

  /** @throws ConnectError; ClosedError when it is disconnected meanwhile */
  async connect(): Promise<void> {
    await this.#intake.connect({ publishing: this.#options.rpc !== undefined });
  }

  /** Declares the queue, its dead letters if it shall have some, and takes from it. @throws ConnectError, TopologyError */
  async consume(listenFor: string, findHandler: FindHandler): Promise<void> {
    const { prefetch = 1, concurrency = prefetch, deadLetters = false } = this.#options;
    const policy = deadLetters === true ? {} : deadLetters;
    const dead = policy ? deadLettersOf(listenFor, policy) : { declarations: [], arguments: {} };
    const args = { ...this.#options.arguments, ...dead.arguments };
    const declarations = [...dead.declarations, durableQueue(listenFor, args)];
    this.#server ??= newServer(this.#intake, this.#options);
    const server = this.#server;
    const giveUp = (delivery: Delivery, reason: Error) => void server.failures.giveUp(delivery, reason);
    await this.#intake.open(listenFor, { declarations, prefetch, concurrency, giveUp }, (delivery) =>
      this.#handle(server, delivery, findHandler),
    );
    this.#isTaking = true;
  }

  /** How its link is, by asking the broker; not well before it takes from its queue, nor when it was told to stop. */
  async health(): Promise<LinkHealth> {
    const health = await this.#intake.health();
    return wellWhile(this.#isTaking, health);
  }

  /**
   * Gives back what has not begun, finishes what has, and closes. Idempotent.
   * @throws DrainError when `timeoutMs` was not enough: what was not finished goes back to its queue. @default 30,000 ms
   */
  async disconnect({ timeoutMs = 30_000 }: Partial<DrainOptions> = {}): Promise<void> {
    duration(`${owner}.disconnect: timeoutMs`, timeoutMs);
    this.#isTaking = false;
    const { unfinished } = await this.#intake.drain({ timeoutMs });
    if (unfinished === 0) return;
    throw new DrainError(
      `${unfinished} messages were not finished in ${timeoutMs} ms and go back to their queue.`,
    );
  }

  async #handle(server: Server, delivery: Delivery, findHandler: FindHandler): Promise<void> {
    const { failures, responder } = server;
    const work = (): Promise<unknown> => this.#run(delivery, findHandler);
    if (responder && delivery.properties.replyTo) await this.#answer({ failures, responder }, delivery, work);
    else await failures.perform(delivery, this.#nameOf(delivery), work);
  }

  async #run(delivery: Delivery, findHandler: FindHandler): Promise<unknown> {
    const key: unknown = delivery.properties.headers?.[this.#messageKeyName];
    if (typeof key !== 'string' || key === '') throw new NoMessageKeyError(this.#messageKeyName);
    const handle = findHandler(key);
    if (!handle) throw new UnregisteredHandlerError(key);
    const context = new DeliveryContext(this.#intake, delivery);
    try {
      return (await handle(delivery.content, context)) ?? null;
    } finally {
      context.end();
    }
  }

  /** A call that failed is not tried again, since its caller knows; it is rejected, to the dead letters if there are some. */
  async #answer(
    { failures, responder }: Required<Server>,
    delivery: Delivery,
    work: () => Promise<unknown>,
  ): Promise<void> {
    delivery.handledBy = this.#nameOf(delivery);
    if (delivery.expired) return delivery.reject();
    const handled = await responder.respond(delivery, work);
    const failed = 'thrown' in handled;
    if (failed) failures.report(delivery, this.#nameOf(delivery), toError(handled.thrown));
    void handled.sent.then(() => (failed ? delivery.reject() : delivery.ack()));
  }

  #nameOf({ properties }: Delivery): string {
    return `the handler of '${cut(properties.headers?.[this.#messageKeyName])}'`;
  }
}

/** What settles messages, and what answers those who ask, where that was asked for. */
interface Server {
  readonly failures: FailurePolicy;
  readonly responder?: Responder;
}

function newServer(intake: Intake, { retry, onFailure = 'park', rpc }: RabbitConsumerOptions): Server {
  const { link } = intake;
  const fingerprint = identify({ name: 'RabbitConsumer' }, 'RabbitConsumer', link.vhost);
  const failures = new FailurePolicy(link, {
    retry,
    onFailure,
    component: fingerprint,
    hasDeadLetterExchange: (queue) => intake.hasDeadLetterExchange(queue),
  });
  if (rpc === undefined) return { failures };
  const writer =
    rpc === 'detail' ? new DetailWriter() : new ResultWriter({ encoder: jsonEncoder, fingerprint });
  return { failures, responder: new Responder(link, { writer }) };
}
