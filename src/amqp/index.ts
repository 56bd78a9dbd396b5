/** How messages travel: connections that last, topology, publishing with confirms, consuming with single settlement. */
export { Consumer, type ConsumerOptions, type DrainReport } from './consumer.js';
export { hasDeadLetterExchange } from './dead-letters.js';
export { type Deadline, Deadlines } from './deadlines.js';
export type { Delivery } from './delivery.js';
export { attemptHeader, DeliveryContext, type DeliveryContextHost } from './delivery-context.js';
export type { Failure } from './dossier.js';
export { type FailedMessage, FailedQueue } from './failed-queue.js';
export { FailurePolicy, type GiveUp, type RetryPolicy } from './failure-policy.js';
export type { ConnectionHealth, LinkHealth, OutboxHealth, QueueHealth } from './health.js';
export { directReplyTo, Inbox, type Received } from './inbox.js';
export { Link, type LinkOptions } from './link.js';
export type { OutboxLimits } from './outbox.js';
export type { MessageProperties, Outgoing } from './outgoing.js';
export type { Publisher } from './publisher.js';
export { isRejectMessage, RejectMessage } from './reject-message.js';
export { type Address, type ConnectionOptions, masked, settle } from './settings.js';
export type { Arguments, Declaration } from './topology.js';
