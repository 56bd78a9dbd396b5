import { duration, wholeNumber } from '../../common/numbers.js';
import type { RegisterHandler } from '../../component/index.js';
import type { ContentType } from '../../wire/index.js';
import { checkBody } from '../common/check-body.js';
import { routeList } from '../common/route-list.js';
import { readSettings } from '../common/settings.js';
import type { RouteHost } from '../connections.js';
import { checkedHeaders } from './checked-headers.js';
import { SseConnection } from './sse-connection.js';
import type { SseHandler, SseRawBody, SseRouteOptions, SseTypedBody } from './sse-options.js';
import { type SseRoute, SseSource } from './sse-source.js';

/** All that may be said of an event stream. */
type Options = SseRouteOptions & { readonly body?: ContentType | 'raw' | undefined };

/** Event streams of other servers: `app.sse`. */
export class SseRoutes {
  readonly #host: RouteHost;

  /** @internal */
  constructor(host: RouteHost) {
    this.#host = host;
  }

  /**
   * Follows one or several streams, each with batches of its own: `app.sse.consume('/events', { bulkSize: 10 })(async (events) => { … })`.
   * @throws ConfigurationError for options that cannot be; ArgumentTypeError for a handler that is no function
   */
  consume(
    routes: string | readonly string[],
    options: SseRouteOptions & SseRawBody,
  ): RegisterHandler<SseHandler<string>>;
  consume<Body = unknown>(
    routes: string | readonly string[],
    options?: SseRouteOptions & SseTypedBody<Body>,
  ): RegisterHandler<SseHandler<Body>>;
  consume(routes: string | readonly string[], options: Options = {}): RegisterHandler<SseHandler<never>> {
    const list = routeList(routes);
    const what = `The event stream ${list.join(', ')}`;
    const settled = settle(what, options);
    const { methods, connections, plan } = this.#host;
    return methods.register<SseHandler<never>>((handler, name) => {
      const given = { ...settled, handler, name: name || 'a handler' };
      for (const route of list) {
        plan((host) => {
          const connection = connections.choose(SseConnection, options.connection, what);
          const headers = connection.headersOf(given.headers);
          return new SseSource({ ...given, headers, url: connection.resolve(route) }, host);
        });
      }
    });
  }
}

/** What would ask a server without a pause, or hold each of its pauses for its end. */
const shortestMs = 10;

function settle(what: string, options: Options): Omit<SseRoute, 'url' | 'handler' | 'name'> {
  const { flushIntervalMs = readSettings().flushIntervalMs } = options;
  checkBody(what, options, ['raw']);
  return {
    bulkSize: wholeNumber(`${what}: bulkSize`, options.bulkSize ?? 1, { min: 1 }),
    flushIntervalMs: duration(`${what}: flushIntervalMs`, flushIntervalMs),
    concurrency: wholeNumber(`${what}: concurrency`, options.concurrency ?? 1, { min: 1 }),
    retryDelayMs: duration(`${what}: retryDelayMs`, options.retryDelayMs ?? 10_000, { min: shortestMs }),
    silenceTimeoutMs: duration(`${what}: silenceTimeoutMs`, options.silenceTimeoutMs ?? 60_000, {
      min: shortestMs,
    }),
    headers: checkedHeaders(what, options.headers),
    body: options.body,
  };
}
