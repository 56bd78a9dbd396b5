export type { Right, UserSettings } from './common/access.js';
export type { BrokerClock, Timer } from './common/clock.js';
export type { BrokerEvent, Observer, Settlement } from './common/events.js';
export type { Interceptor, PublishFate } from './common/interceptor.js';
export type { Message } from './common/message.js';
export { type DeprecatedFeature, type ProfileName, profiles } from './common/profile.js';
export type { DevBrokerOptions, RestartOptions } from './server/broker-options.js';
export { type BrokerConnection, errorOf, type QueueView } from './server/broker-views.js';
export { DevBroker } from './server/dev-broker.js';
