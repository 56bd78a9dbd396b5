/** The Postage model: exchanges, producers with builders, processors with handlers, applications. */

export {
  type ContractHandlers,
  type HandlersOf,
  handlersFor,
} from './contract.js';
export { AckAndRestart, FilterError } from './control-flow.js';
export type { Eks, Eqks, QueueFlags, QueueKey, QueueSpec, QueueWithFlags } from './destinations.js';
export { Exchange, type ExchangeBinding, type ExchangeClass, type ExchangeType } from './exchange.js';
export type { Component } from './handlers/component.js';
export type { HandlerContext } from './handlers/context.js';
export {
  EventHandler,
  EventHandlerFullBody,
  MessageFilter,
  MessageHandler,
  MessageHandlerFullBody,
  RpcHandler,
  RpcHandlerFullBody,
  RpcStreamHandler,
  RpcStreamHandlerFullBody,
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
  Streamed,
  StreamMethod,
} from './handlers/handler-decorator.js';
export type { Checked, Given, Jsonify } from './jsonify.js';
export type { Mistake } from './mistake.js';
export {
  applicationKeys,
  GenericApplication,
  GenericApplicationExchange,
  type GenericApplicationOptions,
  type LoggingProducer,
} from './processing/application.js';
export { GenericConsumer } from './processing/consumer.js';
export type { DeliveryCallback, GenericConsumerOptions } from './processing/consumer-options.js';
export { MessageProcessor } from './processing/processor.js';
export type { ProcessorEventMap, ProcessorEvents } from './processing/processor-events.js';
export type {
  Control,
  HandleOptions,
  MessageProcessorOptions,
  ProcessorHealth,
} from './processing/processor-options.js';
export type { PassTo, Unhandled, UnhandledHealth, UnhandledMessage } from './processing/unhandled.js';
export type { CommandNames } from './producing/built.js';
export type { Connected, ProducerClass } from './producing/connected.js';
export type { CallsOf, CommandsOf, EventsOf, StreamsOf } from './producing/contents.js';
export type {
  BuildersOf,
  CallDefinition,
  Checks,
  Definition,
  EventDefinition,
  InputOf,
  MessageDefinition,
  StreamDefinition,
} from './producing/definition.js';
export type { Gathered, GatheredAnswer, Gatherer, MissingAnswer } from './producing/gathering.js';
export { GenericProducer } from './producing/producer.js';
export { type ProducerOf, producerOf } from './producing/producer-of.js';
export type { CallSettings, ProducerOptions } from './producing/producer-options.js';
export type { AnswerOf, OpenNames, Proxied, ProxiedThis } from './producing/proxied.js';
export { UndeclaredMessageError } from './producing/undeclared.js';
export { type ComponentStatus, componentStatus } from './status.js';
export type { QueueFor, Subscription } from './subscriptions.js';
export { type NestPattern, type NestRmqOptions, nestPattern, nestRmq } from './wires/nest-rmq.js';
export { type PlainJsonOptions, plainJson } from './wires/plain-json.js';
export type {
  ArrivedAnswer,
  ArrivedMessage,
  LeavingAnswer,
  LeavingMessage,
  MeantAnswer,
  MeantMessage,
  ToldFailure,
  ToldMessage,
  Wire,
} from './wires/wire.js';
