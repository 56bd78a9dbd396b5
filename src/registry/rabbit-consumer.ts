import {
  type Arguments,
  type ConsumerArguments,
  checkConsuming,
  checkFailing,
  checkQueueArguments,
  type GiveUp,
  type LinkHealth,
  type LinkOptions,
  type RetryPolicy,
  wellWhile,
} from '../amqp/index.js';
import { choice } from '../common/choices.js';
import { usualDrainMs } from '../common/drain-limit.js';
import { duration } from '../common/numbers.js';
import {
  aroundOf,
  assertDrained,
  Chain,
  connectionName,
  type IdentityOptions,
  Intake,
  identify,
  type Middleware,
  type MiddlewareOption,
  type OnceOption,
  type OnceSetting,
  Reception,
  seenAs,
  TimeLimit,
  type TimeLimitOption,
} from '../component/index.js';
import { Responder, ResultWriter } from '../rpc/index.js';
import type { DrainOptions } from '../scheduler/index.js';
import { ErrorTeller, jsonEncoder, type RemoteErrors, remoteErrorChoices } from '../wire/index.js';
import type { FindHandler, MessageConsumer } from './consumer.js';
import {
  checkDeadLetters,
  type DeadLetterPolicy,
  deadLettersOf,
  durableQueue,
} from './dead-letter-policy.js';
import { DetailWriter } from './detail.js';
import { KeyedJob } from './keyed-job.js';

/** How a {@link RabbitConsumer} takes messages. */
export interface RabbitConsumerOptions
  extends ConsumerArguments,
    MiddlewareOption,
    TimeLimitOption,
    OnceOption {
  /** How many unsettled messages of the queue this consumer has at most, from 1 to 65,535. @default 1 */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once, a whole number from 1 on. @default as many as are prefetched */
  readonly concurrency?: number | undefined;
  /** From when on a handler is told by health, and makes a standstill, in milliseconds. @default 900,000 */
  readonly slowHandlerMs?: number | undefined;
  /** Sends what cannot be handled to `<queue>_dlq`. @default false: it is treated as `onFailure` says */
  readonly deadLetters?: boolean | DeadLetterPolicy | undefined;
  /** More arguments for the queue. Every process must declare it with the same. */
  readonly arguments?: Arguments | undefined;
  /**
   * Answers whoever named a `reply_to`: `detail` as ploomby, `{ "detail": "…" }`; `result` as everything else in Waybill,
   * with the value, or with the error's class and message. @default no answers
   */
  readonly rpc?: 'detail' | 'result' | undefined;
  /** What callers are told of errors that are not registered (`registerError`). See {@link RemoteErrors}. @default 'all' */
  readonly remoteErrors?: RemoteErrors | undefined;
  /** Whether the signal of a call's handler is aborted when its caller is gone; it is looked for from 3 s on. @default true */
  readonly abortWhenCallerGone?: boolean | undefined;
  /** Tries a failing message again, after a delay, before it is given up. */
  readonly retry?: RetryPolicy | undefined;
  /** What becomes of a message that is given up; `discard` is what the original did without dead letters. @default 'park' */
  readonly onFailure?: GiveUp | undefined;
}

const owner = 'RabbitConsumer';

/** Takes messages from one queue of RabbitMQ, on a channel of its own, to the handlers that their header names. */
export class RabbitConsumer implements MessageConsumer {
  /** What stands around the handlers, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default true */
  static readonly telemetry: boolean = true;
  /** Which key signs its answers, and whether what comes is trusted. See docs/identity.md. @default none, and nobody looks */
  static readonly identity: IdentityOptions | undefined = undefined;
  /** Whether it sends on late messages that are due, of whoever has sent them. See docs/delays.md. @default false */
  static readonly forwards: boolean = false;
  /** Handles each message once, in a transaction of a store. See docs/once.md. @default none */
  static readonly once: OnceSetting | undefined = undefined;

  readonly #messageKeyName: string;
  readonly #options: RabbitConsumerOptions;
  readonly #intake: Intake;
  readonly #chain: Chain<'receive'>;
  #isTaking = false;

  /** Prefer `RabbitConsumerFactory.create`. @throws ConfigurationError for options that cannot be */
  constructor(connection: LinkOptions, messageKeyName: string, options: RabbitConsumerOptions = {}) {
    checkConsuming(owner, options);
    checkFailing(owner, options);
    checkQueueArguments(owner, options.arguments);
    if (options.rpc !== undefined) choice(`${owner}: rpc`, options.rpc, ['detail', 'result']);
    if (options.remoteErrors !== undefined)
      choice(`${owner}: remoteErrors`, options.remoteErrors, remoteErrorChoices);
    if (typeof options.deadLetters === 'object') checkDeadLetters(owner, options.deadLetters);
    this.#messageKeyName = messageKeyName;
    this.#options = options;
    this.#chain = new Chain('receive', owner, aroundOf(new.target, options, owner));
    const identity = identify({ name: owner }, owner);
    const answersCalls = options.rpc !== undefined;
    const link = { connectionName: connectionName(identity), answersCalls, ...connection };
    const running = { health: () => this.health(), drain: () => this.disconnect() };
    this.#intake = new Intake(link, seenAs({ style: 'registry', name: owner }, running), this.#chain);
  }

  /** @throws ConnectError; ClosedError when it is disconnected meanwhile */
  async connect(): Promise<void> {
    await this.#intake.connect();
  }

  /** Declares the queue, its dead letters if it shall have some, and takes from it. @throws ConnectError, TopologyError */
  async consume(listenFor: string, findHandler: FindHandler): Promise<void> {
    const { prefetch = 1, concurrency = prefetch, slowHandlerMs, deadLetters = false } = this.#options;
    const { priority, exclusive, offset } = this.#options;
    const policy = deadLetters === true ? {} : deadLetters;
    const dead = policy ? deadLettersOf(listenFor, policy) : { declarations: [], arguments: {} };
    const args = { ...this.#options.arguments, ...dead.arguments };
    const declarations = [...dead.declarations, durableQueue(listenFor, args)];
    const { handle, giveUp } = this.#newReception(findHandler);
    const consumer = { priority, exclusive, offset, prefetch, concurrency, slowHandlerMs, giveUp };
    const answersCalls = this.#options.rpc !== undefined;
    await this.#intake.open(listenFor, { component: owner, declarations, answersCalls, ...consumer }, handle);
    this.#isTaking = true;
  }

  /** How its link is, by asking the broker; not well before it takes from its queue, nor when it was told to stop. */
  async health(): Promise<LinkHealth> {
    const health = await this.#intake.health();
    return wellWhile(this.#isTaking, health);
  }

  /**
   * Gives back what has not begun, finishes what has, and closes. Idempotent.
   * @throws DrainError when `timeoutMs` was not enough: what was not finished goes back to its queue. @default 8,000 ms
   */
  async disconnect({ timeoutMs = usualDrainMs }: Partial<DrainOptions> = {}): Promise<void> {
    duration(`${owner}.disconnect: timeoutMs`, timeoutMs);
    this.#isTaking = false;
    assertDrained(owner, await this.#intake.drain({ timeoutMs }), timeoutMs);
  }

  /** A call that failed is rejected, to the dead letters if there are some. */
  #newReception(findHandler: FindHandler): Reception {
    const { rpc, retry, onFailure = 'park', abortWhenCallerGone, remoteErrors } = this.#options;
    const intake = this.#intake;
    const component = identify({ name: owner }, owner, intake.vhost);
    const asked = { header: this.#messageKeyName, findHandler, answers: rpc !== undefined };
    const writer =
      rpc === 'detail'
        ? new DetailWriter(new ErrorTeller({ component, remoteErrors }))
        : new ResultWriter({ encoder: jsonEncoder, fingerprint: component, remoteErrors });
    return new Reception({
      component: { style: 'registry', name: owner },
      open: (delivery) => new KeyedJob(asked, delivery, intake),
      chain: this.#chain,
      ...intake.passage,
      limit: TimeLimit.of(this.#options, intake.deadlines),
      failures: intake.failures({ retry, onFailure, component }),
      responder:
        rpc && new Responder(intake.link, { writer, server: connectionName(component), abortWhenCallerGone }),
    });
  }
}
