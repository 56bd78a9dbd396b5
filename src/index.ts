/** Waybill: components that send and handle typed messages over RabbitMQ. The face, by topic. */

// Connections.
export type {
  Arguments,
  ConnectionHealth,
  ConnectionOptions,
  ConnectionRole,
  Delivery,
  DrainReport,
  FirstConnect,
  GiveUp,
  HandlerRun,
  LinkEventMap,
  LinkEvents,
  LinkHealth,
  LinkOptions,
  MessageProperties,
  OutboxHealth,
  OutboxLimits,
  QueueHealth,
  RetryPolicy,
  StreamOffset,
} from './amqp/index.js';
// Middleware, and what handlers get and throw.
export {
  type ComponentInfo,
  type DeliveryContext,
  type Inbound,
  type Middleware,
  type Outbound,
  type Receive,
  RejectMessage,
  type Send,
  useMiddleware,
} from './component/index.js';
// Errors: match on `code`, or with isWaybillError(error, code).
export {
  ArgumentTypeError,
  CancelledError,
  ClosedError,
  ConfigurationError,
  ConnectError,
  ConnectionLostError,
  ContentMismatchError,
  EncodingError,
  type ErrorCode,
  HandlerTimeoutError,
  isWaybillError,
  MalformedMessageError,
  MalformedReplyError,
  NeverFinishedError,
  OutboxFullError,
  PublishRefusedError,
  PublishTimeoutError,
  RemoteError,
  TakenBackError,
  TimeoutError,
  TopologyError,
  UnhandledMessageError,
  UnroutableError,
  WaybillError,
} from './errors.js';
// Logs.
export { type Logger, silentLogger, stderrLogger, verboseLogger } from './logger.js';
// Sending, handling, applications.
export * from './messaging/index.js';
// Calls.
export {
  type CollectOptions,
  type Reply,
  ReplyQueue,
  ReplyStore,
  type ReplyStoreLimits,
} from './rpc/index.js';
// Running.
export {
  DrainError,
  type DrainOptions,
  type ExitReason,
  type ExitReport,
  ExitScheduler,
  MicroScheduler,
  type MicroSchedulerOptions,
  MicroThread,
  type RestartPolicy,
  type RunOptions,
  type SchedulerHealth,
  ThreadDone,
  type ThreadErrorInfo,
  type ThreadErrorListener,
  type ThreadHealth,
} from './scheduler/index.js';
// Messages.
export {
  type BareContent,
  type Body,
  type Category,
  type CommandBody,
  type Content,
  type ContentClass,
  type ContentType,
  type DecodeLimits,
  type Encoder,
  Envelope,
  Fingerprint,
  type FingerprintFields,
  type FingerprintLike,
  type FingerprintStamp,
  GzipJsonEncoder,
  JsonEncoder,
  Message,
  MessageCommand,
  MessageResult,
  MessageResultError,
  MessageResultException,
  MessageStatus,
  type Result,
  type ResultContent,
  type ResultType,
  RpcCommand,
  type StandardSchema,
} from './wire/index.js';
