import { type Declaration, FailurePolicy } from '../amqp/index.js';
import { choice } from '../common/choices.js';
import { connectionName, type DeliveryContext, type RegisterHandler } from '../component/index.js';
import { type ReplyStore, Responder } from '../rpc/index.js';
import {
  type ContentType,
  ErrorTeller,
  type OutputOf,
  type RemoteErrors,
  remoteErrorChoices,
} from '../wire/index.js';
import { OutcomeWriter } from './answers.js';
import type { Connection } from './connection-parameters.js';
import type { AnswerOf, AnyCalls, DataOf } from './contract.js';
import type { Route, RouteOptions, TypedRouteOptions } from './route.js';
import { Worker, type WorkerOptions } from './worker.js';
import type { WorkerKind } from './worker-kind.js';

/** How an {@link RpcWorker} works. */
export interface RpcWorkerOptions extends WorkerOptions {
  /** Sends the stack of a handler's error to the caller, as `trace`. @default false */
  readonly remoteStacks?: boolean | undefined;
  /** What callers are told of errors that are not registered (`registerError`). See {@link RemoteErrors}. @default 'all' */
  readonly remoteErrors?: RemoteErrors | undefined;
  /** Keeps answers for calls that come again with the same message id. @default one with its default limits */
  readonly replyStore?: ReplyStore | undefined;
  /** Whether the signal of a call's handler is aborted when its caller is gone; it is looked for from 3 s on. @default true */
  readonly abortWhenCallerGone?: boolean | undefined;
}

/** How one route of an {@link RpcWorker} is served. */
export interface CallRouteOptions extends RouteOptions {
  /**
   * Whether the queue outlives a restart of the broker, which says nothing about the calls in it. RPCWorkers of Python take
   * only one that does not, so `false` is for working beside them; RabbitMQ 4.3 may refuse that (541).
   * @default true, and one that is there already is taken as it is
   */
  readonly durable?: boolean | undefined;
}

/** Answers a call: by what it returns, or by what it throws. */
export type CallHandler<Data, Answer> = (data: Data, context: DeliveryContext) => Answer | Promise<Answer>;

/** Where requests go that nobody took in time, or that are refused; callers bind their reply queues to it. */
const deadLetterExchange = 'rpc.dlx';

/**
 * Answers calls with `{ success, data }` or `{ success, error }`, as the RPCWorker of amqp-worker. Each call is acked when
 * its answer is with the broker, and one always leaves: for bad bodies and for answers that JSON cannot say, too.
 *
 * With an interface of the calls (`RpcWorker<{ sum(numbers: number[]): number }>`) routes are checked by the compiler.
 * @example
 * ```ts
 * import { RpcClient, RpcWorker } from 'waybill/workers';
 *
 * interface Calls {
 *   sum: (numbers: number[]) => number;
 * }
 *
 * await using worker = new RpcWorker<Calls>();
 * worker.route('sum')((numbers) => numbers.reduce((sum, each) => sum + each, 0));
 * await worker.run();
 *
 * await using client = new RpcClient<Calls>();
 * console.log((await client.call('sum', [1, 2, 3])).unwrap()); // 6
 * ```
 */
export class RpcWorker<Calls extends object = AnyCalls> extends Worker {
  readonly #options: RpcWorkerOptions;

  constructor(connection?: Connection, options: RpcWorkerOptions = {}) {
    super(connection, options);
    if (options.remoteErrors !== undefined)
      choice('RpcWorker: remoteErrors', options.remoteErrors, remoteErrorChoices);
    this.#options = options;
  }

  /**
   * Says what answers the calls of a queue: `worker.route('sum')(handler)`, or as the decorator of a method (of a static
   * one; of another one once an instance of its class is given to {@link use}).
   * @throws ConfigurationError for options that cannot be, for a queue that has a handler already, and when the worker runs.
   */
  route<Queue extends keyof Calls & string, Type extends ContentType>(
    queue: Queue,
    options: CallRouteOptions & TypedRouteOptions<Type>,
  ): RegisterHandler<CallHandler<OutputOf<Type>, AnswerOf<Calls[Queue]>>>;
  route<Queue extends keyof Calls & string>(
    queue: Queue,
    options?: CallRouteOptions,
  ): RegisterHandler<CallHandler<DataOf<Calls[Queue]>, AnswerOf<Calls[Queue]>>>;
  route(queue: string, options: CallRouteOptions = {}): RegisterHandler<CallHandler<never, unknown>> {
    return this.addRoute(queue, options);
  }

  /** @internal */
  protected override get kind(): WorkerKind {
    return {
      declarations: callDeclarations,
      jobs: 'call',
      serve: async (intake, component) => {
        await intake.connect();
        const { remoteStacks, remoteErrors, replyStore, abortWhenCallerGone } = this.#options;
        const answering = { server: connectionName(component), abortWhenCallerGone };
        const teller = new ErrorTeller({ component, remoteErrors, remoteStacks });
        const writer = new OutcomeWriter(this.reading.encoder, teller);
        const told = { component, onFailure: 'discard', hasDeadLetterExchange: () => true } as const;
        return {
          failures: new FailurePolicy(intake.link, told),
          responder: new Responder(intake.link, { ...answering, writer, store: replyStore }),
        };
      },
    };
  }
}

/**
 * With the dead-letter exchange of the original, which its clients declare as well. Its queue is not durable; RabbitMQ has
 * that deprecated where others share the queue, 4.3 may refuse it, and one that is left keeps such a node from starting. A
 * durable one is classic where the virtual host makes quorum queues of those without a type: calls need no copies.
 */
function callDeclarations({ queue, options }: Route): Declaration[] {
  const { durable } = options;
  const type = durable === false ? {} : { 'x-queue-type': 'classic' };
  const args = { ...type, 'x-dead-letter-exchange': deadLetterExchange, ...options.arguments };
  return [
    {
      kind: 'exchange',
      name: deadLetterExchange,
      type: 'headers',
      passive: false,
      options: { durable: false, autoDelete: true },
    },
    {
      kind: 'queue',
      name: queue,
      passive: false,
      options: { durable: durable ?? true, arguments: args },
      orTransient: durable === undefined,
    },
  ];
}
