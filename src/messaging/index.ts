/** The Postage model: exchanges, producers with builders, processors with handlers, applications. */
export {
  applicationKeys,
  GenericApplication,
  GenericApplicationExchange,
  type GenericApplicationOptions,
  type LoggingProducer,
} from './application.js';
export type { CommandNames } from './built.js';
export type { Component } from './component.js';
export { GenericConsumer } from './consumer.js';
export type { DeliveryCallback, GenericConsumerOptions } from './consumer-options.js';
export type { HandlerContext } from './context.js';
export { AckAndRestart, FilterError } from './control-flow.js';
export type { Eks, Eqks, QueueFlags, QueueKey, QueueSpec, QueueWithFlags } from './destinations.js';
export { Exchange, type ExchangeBinding, type ExchangeClass, type ExchangeType } from './exchange.js';
export {
  type CallsOf,
  type CommandsOf,
  type ContractHandlers,
  type HandlersOf,
  handlersFor,
} from './handlers/contract.js';
export {
  MessageFilter,
  MessageHandler,
  MessageHandlerFullBody,
  RpcHandler,
  RpcHandlerFullBody,
} from './handlers/decorators.js';
export {
  anyName,
  type FilterEntry,
  type FilterFunction,
  type HandlerKey,
  type HandlerView,
} from './handlers/entry.js';
export { Handler, type HandlerClass } from './handlers/handler.js';
export type {
  Answered,
  HandlerClassFor,
  HandlerDecorator,
  MessageMethod,
  RpcMethod,
} from './handlers/handler-decorator.js';
export { MessageProcessor } from './processor.js';
export type { ProcessorEventMap, ProcessorEvents } from './processor-events.js';
export type {
  Control,
  HandleOptions,
  MessageProcessorOptions,
  ProcessorHealth,
} from './processor-options.js';
export { type Connected, GenericProducer, type ProducerClass } from './producer.js';
export type { CallSettings, ProducerOptions } from './producer-options.js';
export type { AnswerOf, Mistake, OpenNames, Proxied, ProxiedThis } from './proxied.js';
export { type ComponentStatus, componentStatus } from './status.js';
export { UndeclaredMessageError } from './undeclared.js';
export type { Unhandled, UnhandledHealth, UnhandledMessage } from './unhandled.js';
