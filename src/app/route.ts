import type { RegisterHandler } from '../component/index.js';
import { ArgumentTypeError } from '../errors.js';
import type { AmqpHandler, AmqpRouteOptions, RawBody, TypedBody } from './amqp/amqp-options.js';
import type { AmqpRoutes } from './amqp/amqp-routes.js';
import type {
  HttpHandler,
  HttpPlainBody,
  HttpRouteOptions,
  HttpTypedBody,
  PlainBodies,
} from './http/http-options.js';
import type { HttpOptions, HttpRoutes } from './http/http-routes.js';
import type { SseHandler, SseRawBody, SseRouteOptions, SseTypedBody } from './sse/sse-options.js';
import type { SseRoutes } from './sse/sse-routes.js';

/** The kinds of routes, as async-worker calls them. */
export type RouteType = 'amqp_rabbitmq' | 'http' | 'sse';

interface Amqp extends AmqpRouteOptions {
  readonly type: 'amqp_rabbitmq';
}

interface Http extends HttpRouteOptions {
  readonly type: 'http';
  /** @default GET */
  readonly methods?: readonly string[] | undefined;
}

interface Sse extends SseRouteOptions {
  readonly type: 'sse';
}

/**
 * Registers handlers of any kind: the long form of `app.amqp`, `app.http` and `app.sse`.
 * @example
 * ```ts
 * import { App } from 'waybill/app';
 *
 * const app = new App({ http: { port: 0 } });
 * app.route(['/orders'], { type: 'http', methods: ['POST'], body: 'json' })(({ body }) => ({ got: body }));
 * await app.start();
 * const answer = await fetch(`${app.http.url}/orders`, { method: 'POST', body: '[1]' });
 * console.log(await answer.text()); // {"got":[1]}
 * await app.close();
 * ```
 */
export interface RegisterRoute {
  (routes: string | readonly string[], options: Amqp & RawBody): RegisterHandler<AmqpHandler<Buffer>>;
  <Body = unknown>(
    routes: string | readonly string[],
    options: Amqp & TypedBody<Body>,
  ): RegisterHandler<AmqpHandler<Body>>;
  <const Route extends string>(
    routes: Route | readonly Route[],
    options: Http & { readonly body?: undefined },
  ): RegisterHandler<HttpHandler<Route>>;
  <const Route extends string, Kind extends keyof PlainBodies>(
    routes: Route | readonly Route[],
    options: Http & HttpPlainBody<Kind>,
  ): RegisterHandler<HttpHandler<Route, PlainBodies[Kind]>>;
  <const Route extends string, Body>(
    routes: Route | readonly Route[],
    options: Http & HttpTypedBody<Body>,
  ): RegisterHandler<HttpHandler<Route, Body>>;
  (routes: string | readonly string[], options: Sse & SseRawBody): RegisterHandler<SseHandler<string>>;
  <Body = unknown>(
    routes: string | readonly string[],
    options: Sse & SseTypedBody<Body>,
  ): RegisterHandler<SseHandler<Body>>;
}

/** Where routes of each kind are registered. */
interface EntryPoints {
  readonly amqp: AmqpRoutes;
  readonly http: HttpRoutes;
  readonly sse: SseRoutes;
}

type Options = { readonly type: RouteType; readonly methods?: readonly string[] | undefined };

/** Makes `app.route`. It throws an ArgumentTypeError for a type that there is not. */
export function registerRoute({ amqp, http, sse }: EntryPoints): RegisterRoute {
  const route = (routes: string | readonly string[], { type, methods, ...options }: Options): unknown => {
    if (type === 'amqp_rabbitmq') return amqp.consume(routes, options);
    if (type === 'http') return http.on(methods ?? ['GET'], routes, options as HttpOptions);
    if (type === 'sse') return sse.consume(routes, options);
    throw new ArgumentTypeError(
      `There are no routes of the type '${type}'; there are amqp_rabbitmq, http and sse.`,
    );
  };
  return route as RegisterRoute;
}
