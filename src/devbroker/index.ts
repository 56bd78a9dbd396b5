export type { Right, UserSettings } from './core/access.js';
export type { BrokerClock, Timer } from './core/clock.js';
export type { BrokerEvent, Observer, Settlement } from './core/events.js';
export type { Interceptor, PublishFate } from './core/interceptor.js';
export type { Message } from './core/message.js';
export { DevBroker, type DevBrokerOptions, type RestartOptions } from './server/dev-broker.js';
