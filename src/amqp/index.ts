/** How messages travel: connections that recover, topology, publishing with confirms, consuming with single settlement. */

export { checkConsuming, checkFailing, checkQueueArguments } from './checked-settings.js';
export { assertNames } from './common/assert-names.js';
export { type Deadline, Deadlines } from './common/deadlines.js';
export { Fifo } from './common/fifo.js';
export { nextMessageId } from './common/message-id.js';
export { onAbort } from './common/on-abort.js';
export { type Address, masked, urlOf } from './connection/address.js';
export { brokerReason } from './connection/broker-error.js';
export { type BrokerInfo, brokerInfo } from './connection/broker-info.js';
export type { ConnectionHealth } from './connection/connection-health.js';
export type { Credentials, CredentialsSource } from './connection/credentials.js';
export type { FirstConnect } from './connection/first-connect.js';
export type { ChannelEnd, OwnChannel, RawChannel } from './connection/own-channel.js';
export { type ConnectionOptions, settle } from './connection/settings.js';
export { isHeaderOfTheBroker } from './consuming/carried-headers.js';
export { carriedProperties } from './consuming/carried-properties.js';
export { Consumer } from './consuming/consumer.js';
export { type ConsumerArguments, checkConsumerArguments } from './consuming/consumer-arguments.js';
export type { ConsumeOptions, ConsumerOptions, DrainReport, Seal } from './consuming/consumer-options.js';
export type { Delivery, VerifiedSender } from './consuming/delivery.js';
export type { DeliveryWatch, Settled } from './consuming/delivery-watch.js';
export { failureCount } from './consuming/failure-count.js';
export { type HandlerRun, handlerRun, senderOf } from './consuming/handler-run.js';
export { isSameMessage } from './consuming/running-duplicates.js';
export { Steering } from './consuming/steering.js';
export type { StreamOffset } from './consuming/stream-position.js';
export { messageFields, messageWords } from './consuming/told-message.js';
export { hasDeadLetterExchange } from './declaring/dead-letters.js';
export type { Arguments, Declaration } from './declaring/declaration.js';
export { publishedTo } from './failing/dossier.js';
export { type EditFate, type FailedMessage, FailedQueue } from './failing/failed-queue.js';
export {
  FailurePolicy,
  type FailurePolicyOptions,
  type GiveUp,
  type Outlook,
} from './failing/failure-policy.js';
export { failedQueueName } from './failing/failure-queue-name.js';
export { isHopeless } from './failing/hopeless.js';
export { mayBePassedOn, passOn } from './failing/pass-on.js';
export type { RetryPolicy } from './failing/retry-policy.js';
export { takeMessages } from './frames/amqplib-internals.js';
export { amqplibTable, writableTable } from './frames/amqplib-table.js';
export type { HeaderValue } from './frames/header-value.js';
export {
  changeProperties,
  type MessageProperties,
  type Outgoing,
  type PublishOptions,
  type Sending,
} from './frames/outgoing.js';
export { sendWatched, type Watched } from './frames/watched.js';
export { healthWithoutLink, type LinkHealth, type QueueHealth, wellWhile } from './link/health.js';
export { Lease } from './link/lease.js';
export { Link } from './link/link.js';
export { type ConnectionRole, type LinkEventMap, type LinkEvents, relayEvents } from './link/link-events.js';
export type { LinkOptions, NetworkOptions } from './link/link-options.js';
export { say } from './link/say.js';
export { directReplyTo, Inbox, type Received } from './publishing/inbox.js';
export type { OutboxHealth, OutboxLimits } from './publishing/outbox.js';
export type { Publisher } from './publishing/publisher.js';
