export type { BrokerConnection, RestartOptions, Settlement, UserSettings } from '../devbroker/index.js';
export { type IdleOptions, TestBrokerTimeout, type WaitOptions } from './activity.js';
export type { FaultOptions } from './planned-fates.js';
export type { RecordedMessage } from './recorded-message.js';
export type { Delivered, Died, Published, Returned, Routed, Settled } from './records.js';
export { TestBroker, type TestBrokerOptions, type TestQueue } from './test-broker.js';
