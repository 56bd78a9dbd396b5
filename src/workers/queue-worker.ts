import {
  type Arguments,
  checkFailing,
  type Declaration,
  type GiveUp,
  type RetryPolicy,
} from '../amqp/index.js';
import type { DeliveryContext, RegisterHandler } from '../component/index.js';
import type { ContentType, OutputOf } from '../wire/index.js';
import type { Connection } from './connection-parameters.js';
import type { AnyData } from './contract.js';
import type { RouteOptions, TypedRouteOptions } from './route.js';
import { Worker, type WorkerOptions } from './worker.js';
import type { WorkerKind } from './worker-kind.js';

/** How a {@link QueueWorker} works. */
export interface QueueWorkerOptions extends WorkerOptions {
  /** Tries a failing message again, after a delay; without it a message that failed once is given up. */
  readonly retry?: RetryPolicy | undefined;
  /** What becomes of a message that is given up. `discard` is what the original did. @default 'park' */
  readonly onFailure?: GiveUp | undefined;
}

/** Does the work for a message. What it returns is left alone; what it throws makes the message a failed one. */
export type TaskHandler<Data> = (data: Data, context: DeliveryContext) => unknown;

/**
 * Takes tasks from durable queues, as the QueueWorker of amqp-worker. A task is acked when its handler is done. One whose
 * handler throws, or that cannot be read, is tried again later if `retry` says so and then given up; nothing loops.
 *
 * With an interface of the queues and their data (`QueueWorker<{ resize: Picture }>`) routes are checked by the compiler.
 * @example
 * ```ts
 * import { QueueProducer, QueueWorker } from 'waybill/workers';
 *
 * interface Tasks {
 *   thumbnails: { path: string; width: number };
 * }
 *
 * const worker = new QueueWorker<Tasks>({}, { prefetch: 10, retry: { attempts: 3, delayMs: 1_000 } });
 * worker.route('thumbnails')(({ path, width }) => console.log(`${path} is ${width} wide`));
 * const stop = await worker.run(); // declares the queue
 *
 * await using producer = new QueueProducer<Tasks>();
 * await producer.publish('thumbnails', { path: 'sea.png', width: 200 });
 * await stop(); // finishes what runs
 * ```
 */
export class QueueWorker<Tasks extends object = AnyData> extends Worker {
  readonly #options: QueueWorkerOptions;

  constructor(connection?: Connection, options: QueueWorkerOptions = {}) {
    super(connection, options);
    checkFailing(new.target.name, options);
    this.#options = options;
  }

  /**
   * Says what does the tasks of a queue: `worker.route('resize')(handler)`, or as the decorator of a method (of a static
   * one; of another one once an instance of its class is given to {@link use}).
   * @throws ConfigurationError for options that cannot be, for a queue that has a handler already, and when the worker runs.
   */
  route<Type extends ContentType>(
    queue: keyof Tasks & string,
    options: TypedRouteOptions<Type>,
  ): RegisterHandler<TaskHandler<OutputOf<Type>>>;
  route<Queue extends keyof Tasks & string>(
    queue: Queue,
    options?: RouteOptions,
  ): RegisterHandler<TaskHandler<Tasks[Queue]>>;
  route(queue: string, options: RouteOptions = {}): RegisterHandler<TaskHandler<never>> {
    return this.addRoute(queue, options);
  }

  /** @internal */
  protected override get kind(): WorkerKind {
    return {
      declarations: ({ queue, options }) => [durableQueue(queue, options.arguments)],
      jobs: 'message',
      serve: async (intake, component) => {
        const { retry, onFailure = 'park' } = this.#options;
        return { failures: intake.failures({ retry, onFailure, component }) };
      },
    };
  }
}

/** The queue of a task: on the default exchange by its name, durable. */
function durableQueue(name: string, args: Arguments = {}): Declaration {
  return { kind: 'queue', name, passive: false, options: { durable: true, arguments: args } };
}
