export type { Right, UserSettings } from './core/access.js';
export type { BrokerClock, Timer } from './core/clock.js';
export type { BrokerEvent, Observer, Settlement } from './core/events.js';
export type { Interceptor, PublishFate } from './core/interceptor.js';
export type { Message } from './core/message.js';
export { type DeprecatedFeature, type ProfileName, profiles } from './core/profile.js';
export type { DevBrokerOptions, RestartOptions } from './server/broker-options.js';
export { type BrokerConnection, errorOf, type QueueView } from './server/broker-views.js';
export { DevBroker } from './server/dev-broker.js';
