/** How messages travel: connections that last, topology, publishing with confirms, consuming with single settlement. */
export { amqplibTable } from './amqplib-table.js';
export { failedQueueName } from './aside-name.js';
export { assertNames } from './assert-names.js';
export { brokerReason } from './broker-error.js';
export { checkConsuming, checkFailing, checkQueueArguments } from './checked-settings.js';
export { Consumer } from './consumer.js';
export type { ConsumerOptions, DrainReport } from './consumer-options.js';
export type { OverdueRun } from './consumer-timeouts.js';
export { hasDeadLetterExchange } from './dead-letters.js';
export { type Deadline, Deadlines } from './deadlines.js';
export type { Arguments, Declaration } from './declaration.js';
export type { Delivery } from './delivery.js';
export { attemptHeader, DeliveryContext, type DeliveryContextHost } from './delivery-context.js';
export type { Failure } from './dossier.js';
export { type FailedMessage, FailedQueue } from './failed-queue.js';
export { FailurePolicy, type GiveUp } from './failure-policy.js';
export { Fifo } from './fifo.js';
export type { FirstConnect } from './first-connect.js';
export {
  type ConnectionHealth,
  type LinkHealth,
  type OutboxHealth,
  type QueueHealth,
  wellWhile,
} from './health.js';
export { directReplyTo, Inbox, type Received } from './inbox.js';
export { Intake } from './intake.js';
export { Lease } from './lease.js';
export { Link, type LinkOptions } from './link.js';
export { type ConnectionRole, type LinkEventMap, type LinkEvents, relayEvents } from './link-events.js';
export { nextMessageId } from './message-id.js';
export { onAbort } from './on-abort.js';
export type { OutboxLimits } from './outbox.js';
export { changeProperties, type MessageProperties, type Outgoing, type PublishOptions } from './outgoing.js';
export type { ChannelEnd, OwnChannel, RawChannel } from './own-channel.js';
export type { Publisher } from './publisher.js';
export { isRejectMessage, RejectMessage } from './reject-message.js';
export type { RetryPolicy } from './retry-policy.js';
export { type Address, type ConnectionOptions, masked, settle } from './settings.js';
export type { StreamOffset } from './stream-position.js';
export { isSameMessage } from './twins.js';
