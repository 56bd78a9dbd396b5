import type { Arguments, ConsumerArguments, Delivery } from '../amqp/index.js';
import { choice } from '../common/choices.js';
import { refuseGenerated } from '../common/generators.js';
import { isPromiseLike, whenDone } from '../common/when-done.js';
import { DeliveryContext, type DeliveryContextHost, inScope, type Job } from '../component/index.js';
import { ConfigurationError } from '../errors.js';
import { type ContentType, type Encoder, readTyped } from '../wire/index.js';
import type { RouteBinding } from './bindings.js';
import { type Bare, octetEncoder, unwrapData } from './dialect.js';

/** How one route is served; what is left out is taken from the worker. */
export interface RouteOptions extends ConsumerArguments {
  /** How many unsettled messages wait in this process, from 1 to 65,535. */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once, a whole number from 1 on. 1 keeps the order. */
  readonly concurrency?: number | undefined;
  /** More arguments for the queue, for example a dead-letter exchange. Every process must declare it with the same. */
  readonly arguments?: Arguments | undefined;
  /**
   * Exchanges to bind the queue to, each with a routing key: `[['shop-events', 'order.*']]`. What others publish there, in plain JSON,
   * comes as the data. The exchanges are declared by whoever owns them: one that is not there is a TopologyError of the start.
   * @default none: what is sent to the queue by its name
   */
  readonly bindings?: readonly RouteBinding[] | undefined;
}

/** The same with what the data is made into: a class (by class-transformer) or a Standard Schema (validated). */
export interface TypedRouteOptions<Type extends ContentType> extends RouteOptions {
  /** The class, or the Standard Schema. */
  readonly type: Type;
}

/** @internal A queue and what runs for its messages. */
export interface Route {
  readonly queue: string;
  readonly options: RouteOptions & {
    readonly type?: ContentType | undefined;
    readonly durable?: boolean | undefined;
  };
  /** For the log and the dossier. */
  readonly name: string;
  readonly handler: (data: unknown, context: DeliveryContext) => unknown;
}

/** @internal How a worker reads what comes. */
export interface Reading {
  readonly encoder: Encoder;
  readonly acceptBare: Bare;
}

/** @internal How a worker with these options reads. @throws ConfigurationError for an `acceptBare` that there is not */
export function readingOf(
  owner: string,
  {
    encoder = octetEncoder,
    acceptBare = true,
  }: Partial<{ [Key in keyof Reading]: Reading[Key] | undefined }>,
): Reading {
  if (typeof acceptBare === 'string') choice(`${owner}: acceptBare`, acceptBare, ['whole']);
  return { encoder, acceptBare };
}

/** @internal What there is to do for one delivery of a route: its data is made into what the handler asks for, and given to it. */
export class RouteJob implements Job {
  readonly title = 'a message';
  readonly kind: Job['kind'];
  readonly content: unknown;
  readonly context: DeliveryContext;
  readonly #route: Route;
  readonly #unreadable: { readonly thrown: unknown } | undefined;

  constructor(
    kind: Job['kind'],
    route: Route,
    delivery: Delivery,
    { reading, host }: { readonly reading: Reading; readonly host: DeliveryContextHost },
  ) {
    this.kind = kind;
    this.#route = route;
    this.context = new DeliveryContext(host, delivery);
    delivery.handledBy = route.name;
    try {
      this.content = unwrapData(reading.encoder.decode(delivery.content), reading.acceptBare);
    } catch (thrown) {
      this.#unreadable = { thrown };
    }
  }

  get name(): string {
    return this.#route.queue;
  }

  get handler(): string {
    return this.#route.name;
  }

  /** @throws MalformedMessageError, ContentMismatchError; what the handler throws */
  run(): unknown {
    if (this.#unreadable) throw this.#unreadable.thrown;
    const { type } = this.#route.options;
    return type ? this.#typed(type) : this.#handle(this.content);
  }

  stop(reason: Error): void {
    this.context.stop(reason);
  }

  async #typed(type: ContentType): Promise<unknown> {
    return await this.#handle(await readTyped(type, this.content));
  }

  #handle(data: unknown): unknown {
    this.context.assertMayBegin();
    let pending = false;
    try {
      const { handler } = this.#route;
      const returned = inScope(this.context, () => handler(data, this.context));
      pending = isPromiseLike(returned);
      const checked = whenDone(returned, refuseGenerated);
      return pending ? Promise.resolve(checked).finally(() => this.context.end()) : checked;
    } finally {
      if (!pending) this.context.end();
    }
  }
}

/** Each queue has a name: '' would be another one at each start. @throws ConfigurationError */
export function assertRoute(owner: string, queue: unknown): void {
  if (typeof queue !== 'string' || queue === '')
    throw new ConfigurationError(`${owner}: a route needs the name of its queue.`);
}
