/** Waybill: components that send and handle typed messages over RabbitMQ. The face, by topic. */

// Connections.
export {
  type Arguments,
  type ConnectionHealth,
  type ConnectionOptions,
  type ConnectionRole,
  type Delivery,
  type DeliveryContext,
  type DrainReport,
  type FirstConnect,
  type GiveUp,
  type LinkEventMap,
  type LinkEvents,
  type LinkHealth,
  type LinkOptions,
  type MessageProperties,
  type OutboxHealth,
  type OutboxLimits,
  type OverdueRun,
  type QueueHealth,
  RejectMessage,
  type RetryPolicy,
  type StreamOffset,
} from './amqp/index.js';
// Errors: match on `code`, or with isWaybillError(error, code).
export {
  CancelledError,
  ClosedError,
  ConfigurationError,
  ConnectError,
  ConnectionLostError,
  ContentMismatchError,
  EncodingError,
  type ErrorCode,
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
