/** `waybill/channel`: the way down to plain AMQP on the same link (what py-amqplib is for Python). */
export type { Channel } from './channel.js';
export { ChannelError } from './channel-error.js';
export type {
  ConsumeOptions,
  DeclaredQueue,
  ExchangeOptions,
  PublishTarget,
  QueueOptions,
} from './channel-options.js';
export { Connection, type ConnectionOptions } from './connection.js';
export type { ChannelConsumer } from './consumer.js';
export type { Exchanges } from './exchanges.js';
export type { Headers, HeaderValue } from './headers.js';
export {
  type DeliveryInfo,
  Message,
  type PlainProperties,
  type ReceivedMessage,
  type ReturnedMessage,
} from './message.js';
export type { Queues } from './queues.js';
