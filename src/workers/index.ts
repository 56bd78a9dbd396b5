/** Route style: one function for each queue, tasks and calls in gzip JSON; the dialect of Python's amqp-worker. */
export type { GiveUp, HeaderValue, LinkOptions, RetryPolicy } from '../amqp/index.js';
export {
  type CallMessageSettings,
  type ComponentInfo,
  type DeliveryContext,
  detached,
  type IdentityOptions,
  type Inbound,
  KeyRing,
  type MessageSettings,
  type Middleware,
  type OnceSetting,
  type Outbound,
  type Receive,
  type RegisterHandler,
  RejectMessage,
  type RepeatedMessage,
  type Send,
  useMiddleware,
} from '../component/index.js';
export type { DelaySettings, Forwards } from '../delaying/index.js';
export type { OutboxSettings } from '../once/index.js';
export type { OpenCall } from '../rpc/index.js';
export {
  type ErrorHop,
  hopsOf,
  type RegisterErrorOptions,
  type RemoteErrors,
  registerError,
} from '../wire/index.js';
export type { RouteBinding } from './bindings.js';
export {
  type Connection,
  type ConnectionParameterFields,
  ConnectionParameters,
} from './connection-parameters.js';
export type { AnswerOf, DataOf } from './contract.js';
export type { Bare } from './dialect.js';
export { QueueProducer, type QueueProducerOptions } from './queue-producer.js';
export { QueueWorker, type QueueWorkerOptions, type TaskHandler } from './queue-worker.js';
export type { RouteOptions, TypedRouteOptions } from './route.js';
export { RpcClient, type RpcClientOptions } from './rpc-client.js';
export { type CallHandler, type CallRouteOptions, RpcWorker, type RpcWorkerOptions } from './rpc-worker.js';
export { Worker, type WorkerOptions } from './worker.js';
