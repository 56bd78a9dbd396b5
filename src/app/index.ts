/** `waybill/app`: messages in batches, HTTP, event streams and clocks in one process (what async-worker is for Python). */
export type { HeaderValue } from '../amqp/index.js';
export {
  type ComponentInfo,
  type DeliveryContext,
  type IdentityOptions,
  type Inbound,
  KeyRing,
  type MessageSettings,
  type Middleware,
  type Outbound,
  type Receive,
  type RegisterHandler,
  RejectMessage,
  type Send,
  useMiddleware,
} from '../component/index.js';
export type { DelaySettings, Forwards } from '../delaying/index.js';
export type { OutboxSettings } from '../once/index.js';
export {
  AmqpConnection,
  type AmqpConnectionOptions,
} from './amqp/amqp-connection.js';
export type { AmqpAction, AmqpMessage } from './amqp/amqp-message.js';
export type { AmqpHandler, AmqpRouteOptions, RawBody, TypedBody } from './amqp/amqp-options.js';
export type { AmqpRoutes } from './amqp/amqp-routes.js';
export type { PutMessage } from './amqp/put-message.js';
export { App, type AppHook, type RepeatedTask } from './app.js';
export type { AppOptions } from './app-options.js';
export { exponentialBuckets, linearBuckets } from './common/buckets.js';
export type { RouteContext } from './common/route-context.js';
export type { Connections, NamedConnection } from './connections.js';
export type { CorsOptions } from './http/cors.js';
export { HttpError, type HttpErrorOptions, isHttpError } from './http/http-error.js';
export type {
  HttpHandler,
  HttpMethod,
  HttpPlainBody,
  HttpRouteOptions,
  HttpServerOptions,
  HttpTypedBody,
  PlainBodies,
} from './http/http-options.js';
export type { HttpRequest } from './http/http-request.js';
export type { HttpRegister, HttpRoutes } from './http/http-routes.js';
export type { PathParams } from './http/path-template.js';
export type { Metrics } from './metrics/metrics.js';
export type {
  Counter,
  Gauge,
  Histogram,
  Labels,
  MetricOptions,
  MetricsOptions,
} from './metrics/metrics-options.js';
export type { AmqpHealth, AppHealth, AppState, PartHealth } from './parts/app-health.js';
export type { RunEveryOptions } from './parts/run-every.js';
export type { RegisterRoute, RouteType } from './route.js';
export { SseConnection, type SseConnectionOptions } from './sse/sse-connection.js';
export type { SseEvent, SseHandler, SseRawBody, SseRouteOptions, SseTypedBody } from './sse/sse-options.js';
export type { SseRoutes } from './sse/sse-routes.js';
export { Timeit, type TimeitCallback, type TimeitScope, type Transactions } from './timeit.js';
