/** What sends the messages that wait in a store. */
export { OutboxRelay, type OutboxRelayHealth, type OutboxRelayOptions } from './relay.js';
