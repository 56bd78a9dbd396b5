/** `waybill/app`: messages in batches, HTTP, event streams and clocks in one process (what async-worker is for Python). */
export {
  AmqpConnection,
  type AmqpConnectionOptions,
  type AmqpHealth,
  type PutMessage,
} from './amqp/amqp-connection.js';
export type { AmqpAction, AmqpMessage } from './amqp/amqp-message.js';
export type { AmqpHandler, AmqpRouteOptions, RawBody, TypedBody } from './amqp/amqp-options.js';
export type { AmqpRoutes } from './amqp/amqp-routes.js';
export { App, type AppHealth, type AppHook, type AppOptions, type AppState } from './app.js';
export type { Connections, NamedConnection } from './connections.js';
export type { PartHealth } from './part.js';
export type { RouteContext } from './route-context.js';
