import { checkConsuming, checkFailing } from '../../amqp/index.js';
import { choice } from '../../common/choices.js';
import { duration, wholeNumber } from '../../common/numbers.js';
import type { RegisterHandler } from '../../component/index.js';
import { ConfigurationError } from '../../errors.js';
import type { ContentType } from '../../wire/index.js';
import { checkBody } from '../common/check-body.js';
import { routeList } from '../common/route-list.js';
import { readSettings } from '../common/settings.js';
import type { RouteHost } from '../connections.js';
import { AmqpConnection } from './amqp-connection.js';
import type { AmqpHandler, AmqpRouteOptions, RawBody, TypedBody } from './amqp-options.js';
import type { AmqpRoute } from './amqp-route.js';
import { AmqpSource } from './amqp-source.js';
import { bodyReader } from './read-body.js';
import { tellOfShared } from './shared-queues.js';

/** All that may be said of an AMQP route. */
type Options = AmqpRouteOptions & { readonly body?: ContentType | 'raw' | undefined };

/** Messages of queues: `app.amqp`. */
export class AmqpRoutes {
  readonly #host: RouteHost;

  /** @internal */
  constructor(host: RouteHost) {
    this.#host = host;
  }

  /**
   * Takes messages from one or several queues, in one common batch, to a handler:
   * `app.amqp.consume(['orders'], { bulkSize: 100 })(async (messages) => { … })`, or as a decorator of a method.
   * @throws ConfigurationError for options that cannot be; ArgumentTypeError for a handler that is no function
   * @example
   * ```ts
   * import { AmqpConnection, App } from 'waybill/app';
   * import { Connection } from 'waybill/channel';
   *
   * await using connection = await Connection.open();
   * await (await connection.channel()).queue.declare('orders'); // an app takes what others have declared
   *
   * const app = new App({ connections: [new AmqpConnection()] });
   * app.amqp.consume<{ id?: number }>('orders', { bulkSize: 100, flushIntervalMs: 5_000 })((messages) => {
   *   for (const message of messages) if (!message.body.id) message.reject({ requeue: false });
   * }); // those that were not rejected are acked together
   * await app.start();
   * await app.close();
   * ```
   */
  consume(
    queues: string | readonly string[],
    options: AmqpRouteOptions & RawBody,
  ): RegisterHandler<AmqpHandler<Buffer>>;
  consume<Body = unknown>(
    queues: string | readonly string[],
    options?: AmqpRouteOptions & TypedBody<Body>,
  ): RegisterHandler<AmqpHandler<Body>>;
  consume(queues: string | readonly string[], options: Options = {}): RegisterHandler<AmqpHandler<never>> {
    const list = routeList(queues);
    const what = `The AMQP route ${list.join(', ')}`;
    const settled = settle(what, options);
    const { methods, connections, plan } = this.#host;
    return methods.register<AmqpHandler<never>>((handler, name) => {
      const given = { handler, name: name || 'a handler' };
      plan((host) => {
        const connection = connections.choose(AmqpConnection, options.connection, what);
        const route = { ...settled, ...given, queues: list, connection };
        tellOfShared(route, host);
        return new AmqpSource(route, host);
      });
    });
  }
}

const actions = ['ack', 'reject', 'requeue'] as const;

function settle(
  what: string,
  options: Options,
): Omit<AmqpRoute, 'queues' | 'connection' | 'handler' | 'name'> {
  const { flushIntervalMs = readSettings().flushIntervalMs, concurrency } = options;
  const { priority, exclusive, offset, handlerTimeoutMs } = options;
  const { onSuccess = 'ack', onException = offset === undefined ? 'requeue' : 'fail' } = options;
  const consumer = { priority, exclusive, offset };
  checkConsuming(what, { concurrency, handlerTimeoutMs, ...consumer });
  checkFailing(what, options);
  if (offset !== undefined) refuseAnew(what, options);
  checkBody(what, options, ['raw']);
  return {
    vhost: options.vhost,
    bulkSize: wholeNumber(`${what}: bulkSize`, options.bulkSize ?? 1, { min: 1 }),
    flushIntervalMs: duration(`${what}: flushIntervalMs`, flushIntervalMs),
    concurrency: concurrency ?? Infinity,
    onSuccess: choice(`${what}: onSuccess`, onSuccess, actions),
    onException: choice(`${what}: onException`, onException, [...actions, 'fail']),
    onFailure: options.onFailure ?? 'park',
    retry: options.retry,
    handlerTimeoutMs,
    consumer,
    read: bodyReader(options.body),
  };
}

/** What is taken from a stream stays there, and does not come again. */
function refuseAnew(what: string, { retry, onSuccess, onException }: Options): void {
  if (retry === undefined && onSuccess !== 'requeue' && onException !== 'requeue') return;
  throw new ConfigurationError(
    `${what} reads a stream (offset), in which nothing is tried again: leave 'retry' and 'requeue' out. What fails is treated as onFailure says.`,
  );
}
