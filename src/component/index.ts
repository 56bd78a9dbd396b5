/** What all styles have in common: how a message comes in and is settled, how one leaves, and what stands around both. */
export {
  type IdentityOptions,
  KeyRing,
  type UntrustedHealth,
  type UntrustedMessage,
} from '../identity/index.js';
export { received, sealOf } from './border.js';
export { type Around, aroundOf, Chain } from './chain.js';
export { Client, type MiddlewareOption } from './client.js';
export { DecoratedMethods, type RegisterHandler } from './decorated-methods.js';
export { DeliveryContext, type DeliveryContextHost } from './delivery-context.js';
export { Dispatch, type QueuePost } from './dispatch.js';
export { assertDrained, stoppedBefore } from './drained.js';
export { type End, fateOf, keeping } from './fate.js';
export { connectionName, identify } from './identity.js';
export { Intake } from './intake.js';
export type { Job } from './job.js';
export {
  type CallMessageSettings,
  callProperties,
  type MessageSettings,
  messageProperties,
  withSettings,
} from './message-settings.js';
export {
  type ComponentInfo,
  type Inbound,
  type Middleware,
  type Outbound,
  type Receive,
  type Send,
  useMiddleware,
} from './middleware.js';
export { mayBeMinified, warnOfMinifiedName } from './minified-name.js';
export type { OnceOption, OnceSetting, RepeatedMessage } from './once-options.js';
export { heldTooLong, sendThrough } from './outbound.js';
export { inbound, Reception } from './reception.js';
export { RejectMessage } from './reject-message.js';
export { assertWithinDeadline, detached, inScope } from './scope.js';
export { seenAs } from './seen.js';
export { Settlement } from './settlement.js';
export { TimeLimit, type TimeLimitOption } from './time-limit.js';
export { publishTold, withinTraceOf } from './told-outside.js';
export { toldSettlements } from './told-settlements.js';
export { tellStart } from './told-start.js';
