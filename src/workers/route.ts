import { type Arguments, type Delivery, DeliveryContext, type DeliveryContextHost } from '../amqp/index.js';
import { refuseGenerated } from '../common/generators.js';
import { type ContentType, type Encoder, readTyped } from '../wire/index.js';
import { unwrapData } from './dialect.js';

/** How one route is served; what is left out is taken from the worker. */
export interface RouteOptions {
  /** How many unsettled messages wait in this process, from 1 to 65,535. */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once, a whole number from 1 on. 1 keeps the order. */
  readonly concurrency?: number | undefined;
  /** More arguments for the queue, for example a dead-letter exchange. Every process must declare it with the same. */
  readonly arguments?: Arguments | undefined;
}

/** The same with what the data is made into: a class (by class-transformer) or a Standard Schema (validated). */
export interface TypedRouteOptions<Type extends ContentType> extends RouteOptions {
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
  readonly acceptBare: boolean;
}

/** @internal The data of a delivery, as the route's handler wants it. @throws MalformedMessageError, ContentMismatchError */
export function readData({ options }: Route, delivery: Delivery, reading: Reading): unknown {
  const data = unwrapData(reading.encoder.decode(delivery.content), reading.acceptBare);
  return options.type ? readTyped(options.type, data) : data;
}

/** @internal Runs the route's handler, and ends its context with it. */
export async function runHandler(
  { handler }: Route,
  data: unknown,
  delivery: Delivery,
  host: DeliveryContextHost,
): Promise<unknown> {
  const context = new DeliveryContext(host, delivery);
  context.assertMayBegin();
  try {
    return refuseGenerated(await handler(data, context));
  } finally {
    context.end();
  }
}
