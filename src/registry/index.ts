/** Registry style: a header names the handler, a model says what the body is; the dialect of Python's ploomby. */
export type { GiveUp, HeaderValue, LinkOptions, RetryPolicy } from '../amqp/index.js';
export {
  type CallMessageSettings,
  type ComponentInfo,
  type DeliveryContext,
  detached,
  type IdentityOptions,
  type Inbound,
  KeyRing,
  type MessageSettings,
  type Middleware,
  type OnceSetting,
  type Outbound,
  type Receive,
  type RegisterHandler,
  RejectMessage,
  type RepeatedMessage,
  type Send,
  useMiddleware,
} from '../component/index.js';
export type { DelaySettings, Forwards } from '../delaying/index.js';
export type { OutboxSettings } from '../once/index.js';
export type { OpenCall } from '../rpc/index.js';
export {
  type ErrorHop,
  hopsOf,
  type RegisterErrorOptions,
  type RemoteErrors,
  registerError,
} from '../wire/index.js';
export type { ConsumerFactory, FindHandler, MessageConsumer, RawHandler } from './consumer.js';
export type { DeadLetterPolicy } from './dead-letter-policy.js';
export {
  ConsumerAlreadyRegisteredError,
  HandlerAlreadyExistsError,
  NoMessageKeyError,
  NoModelProvidedError,
  UnregisteredHandlerError,
} from './errors.js';
export { HandlersRegistry, type HandlersRegistryOptions, type ModelHandler } from './handlers-registry.js';
export {
  type ConsumersHealth,
  MessageConsumerRegistry,
  type RegisterOptions,
} from './message-consumer-registry.js';
export { type MessageCallOptions, MessageSender, type MessageSenderOptions } from './message-sender.js';
export { RabbitConsumer, type RabbitConsumerOptions } from './rabbit-consumer.js';
export { RabbitConsumerFactory, type RabbitConsumerFactoryOptions } from './rabbit-consumer-factory.js';
