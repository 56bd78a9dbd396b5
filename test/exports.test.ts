// What each door of the package offers. A name that comes or goes is a change of the face: it is made here, too, and in
// CHANGELOG.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { exportedNames } from './support/door-exports.js';

interface Door {
  /** What there is at run time: classes, functions, constants. */
  readonly values: string;
  /** What there is for the compiler only. */
  readonly types: string;
}

const doors: Readonly<Record<string, Door>> = {
  '.': {
    values: `
      AckAndRestart
      ArgumentTypeError
      CallerGoneError
      CancelledError
      ClosedError
      ConfigurationError
      ConnectError
      ConnectionLostError
      ContentMismatchError
      DeadlineError
      DrainError
      EncodingError
      Envelope
      Exchange
      ExitScheduler
      FilterError
      Fingerprint
      GenericApplication
      GenericApplicationExchange
      GenericConsumer
      GenericProducer
      GzipJsonEncoder
      Handler
      HandlerTimeoutError
      JsonEncoder
      KeyRing
      MalformedMessageError
      MalformedReplyError
      Message
      MessageCommand
      MessageFilter
      MessageHandler
      MessageHandlerFullBody
      MessageProcessor
      MessageResult
      MessageResultError
      MessageResultException
      MessageStatus
      MicroScheduler
      MicroThread
      NeverFinishedError
      OutboxFullError
      PublishRefusedError
      PublishTimeoutError
      RejectMessage
      RemoteError
      ReplyQueue
      ReplyStore
      RpcCommand
      RpcHandler
      RpcHandlerFullBody
      RpcStreamCommand
      RpcStreamHandler
      RpcStreamHandlerFullBody
      StreamInterruptedError
      TakenBackError
      ThreadDone
      TimeoutError
      TopologyError
      UndeclaredMessageError
      UnhandledMessageError
      UnroutableError
      UntrustedError
      WaybillError
      anyName
      applicationKeys
      componentStatus
      detached
      fieldsFirst
      handlersFor
      hopsOf
      instanceOf
      isWaybillError
      listOf
      registerError
      silentLogger
      stderrLogger
      useMiddleware
      verboseLogger
    `,
    types: `
      AnswerOf
      Answered
      Arguments
      BareContent
      Body
      CallSettings
      CallState
      CallsOf
      Category
      CollectOptions
      CommandBody
      CommandNames
      CommandsOf
      Component
      ComponentInfo
      ComponentStatus
      Connected
      ConnectionHealth
      ConnectionOptions
      ConnectionRole
      ConsumerArguments
      Content
      ContentClass
      ContentType
      ContractHandlers
      Control
      Credentials
      CredentialsSource
      DecodeLimits
      DelaySettings
      Delivery
      DeliveryCallback
      DeliveryContext
      Distrust
      DrainOptions
      DrainReport
      Eks
      Encoder
      Eqks
      ErrorCode
      ErrorHop
      ExchangeBinding
      ExchangeClass
      ExchangeType
      ExitReason
      ExitReport
      FieldsFirstLogger
      FilterEntry
      FilterFunction
      FingerprintFields
      FingerprintLike
      FingerprintStamp
      FirstConnect
      Forwards
      Gathered
      GatheredAnswer
      Gatherer
      GenericApplicationOptions
      GenericConsumerOptions
      GiveUp
      HandleOptions
      HandlerClass
      HandlerClassFor
      HandlerContext
      HandlerDecorator
      HandlerKey
      HandlerRun
      HandlerView
      HandlersOf
      HeaderValue
      IdentityOptions
      Inbound
      InstanceOptions
      Jsonify
      KeyEntry
      LinkEventMap
      LinkEvents
      LinkHealth
      LinkOptions
      LogFields
      Logger
      LoggingProducer
      MessageMethod
      MessageProcessorOptions
      MessageProperties
      MessageSettings
      MicroSchedulerOptions
      Middleware
      MissingAnswer
      Mistake
      NetworkOptions
      OpenCall
      OpenNames
      OpenStream
      Outbound
      OutboxHealth
      OutboxLimits
      ProcessorEventMap
      ProcessorEvents
      ProcessorHealth
      ProducerClass
      ProducerOptions
      Proxied
      ProxiedThis
      QueueFlags
      QueueHealth
      QueueKey
      QueueSpec
      QueueWithFlags
      Receive
      RegisterErrorOptions
      RemoteErrors
      Reply
      ReplyStoreLimits
      RestartPolicy
      Result
      ResultContent
      ResultType
      RetryPolicy
      RpcMethod
      RunOptions
      SchedulerHealth
      Send
      StandardSchema
      StreamInterruption
      StreamMethod
      StreamOffset
      Streamed
      StreamsOf
      ThreadErrorInfo
      ThreadErrorListener
      ThreadHealth
      TimedOutCall
      TransformOptions
      Unhandled
      UnhandledHealth
      UnhandledMessage
      UntrustedHealth
      UntrustedMessage
      ValidateInstance
      ValidationProblem
      VerifiedSender
      VerifyMode
    `,
  },
  './app': {
    values: `
      AmqpConnection
      App
      HttpError
      KeyRing
      RejectMessage
      SseConnection
      Timeit
      exponentialBuckets
      isHttpError
      linearBuckets
      useMiddleware
    `,
    types: `
      AmqpAction
      AmqpConnectionOptions
      AmqpHandler
      AmqpHealth
      AmqpMessage
      AmqpRouteOptions
      AmqpRoutes
      AppHealth
      AppHook
      AppOptions
      AppState
      ComponentInfo
      Connections
      CorsOptions
      Counter
      DelaySettings
      DeliveryContext
      Forwards
      Gauge
      HeaderValue
      Histogram
      HttpErrorOptions
      HttpHandler
      HttpMethod
      HttpPlainBody
      HttpRegister
      HttpRequest
      HttpRouteOptions
      HttpRoutes
      HttpServerOptions
      HttpTypedBody
      IdentityOptions
      Inbound
      Labels
      MessageSettings
      MetricOptions
      Metrics
      MetricsOptions
      Middleware
      NamedConnection
      Outbound
      PartHealth
      PathParams
      PlainBodies
      PutMessage
      RawBody
      Receive
      RegisterHandler
      RegisterRoute
      RepeatedTask
      RouteContext
      RouteType
      RunEveryOptions
      Send
      SseConnectionOptions
      SseEvent
      SseHandler
      SseRawBody
      SseRouteOptions
      SseRoutes
      SseTypedBody
      TimeitCallback
      TimeitScope
      Transactions
      TypedBody
    `,
  },
  './channel': {
    values: `
      ChannelError
      Connection
      Message
    `,
    types: `
      Channel
      ChannelConsumer
      ConnectionOptions
      ConsumeOptions
      DeclaredQueue
      DeliveryInfo
      ExchangeOptions
      Exchanges
      HeaderValue
      Headers
      PlainProperties
      PublishTarget
      QueueOptions
      Queues
      ReceivedMessage
      ReturnedMessage
    `,
  },
  './devbroker': {
    values: `
      DevBroker
      errorOf
      profiles
    `,
    types: `
      BrokerClock
      BrokerConnection
      BrokerEvent
      DeprecatedFeature
      DevBrokerOptions
      Interceptor
      Message
      Observer
      ProfileName
      PublishFate
      QueueView
      RestartOptions
      Right
      Settlement
      Timer
      UserSettings
    `,
  },
  './testing': {
    values: `
      TestBroker
      TestBrokerTimeout
    `,
    types: `
      BrokerConnection
      Delivered
      Died
      FaultOptions
      IdleOptions
      Published
      RecordedMessage
      RestartOptions
      Returned
      Routed
      Settled
      Settlement
      TestBrokerOptions
      TestQueue
      UserSettings
      WaitOptions
    `,
  },
  './workers': {
    values: `
      ConnectionParameters
      KeyRing
      QueueProducer
      QueueWorker
      RejectMessage
      RpcClient
      RpcWorker
      Worker
      detached
      hopsOf
      registerError
      useMiddleware
    `,
    types: `
      AnswerOf
      Bare
      CallHandler
      CallMessageSettings
      CallRouteOptions
      ComponentInfo
      Connection
      ConnectionParameterFields
      DataOf
      DelaySettings
      DeliveryContext
      ErrorHop
      Forwards
      GiveUp
      HeaderValue
      IdentityOptions
      Inbound
      LinkOptions
      MessageSettings
      Middleware
      OpenCall
      Outbound
      QueueProducerOptions
      QueueWorkerOptions
      Receive
      RegisterErrorOptions
      RegisterHandler
      RemoteErrors
      RetryPolicy
      RouteBinding
      RouteOptions
      RpcClientOptions
      RpcWorkerOptions
      Send
      TaskHandler
      TypedRouteOptions
      WorkerOptions
    `,
  },
  './network': {
    values: `
      Network
    `,
    types: `
      AskOptions
      Asked
      ComponentFacts
      ComponentFigures
      HandlerFigures
      LastError
      NetworkEvent
      NodeAnswer
      NodeFacts
      NodeFigures
      NodeState
      Obeyed
      OpenOptions
      Order
      OrderArguments
      OrderOptions
      Question
      QueueFacts
      RollCall
      RunFacts
      SeenComponent
      SeenNode
      Selector
      SenderFigures
      TracedRun
      Watch
      WatchOptions
    `,
  },
  './telemetry': {
    values: `
      collectFigures
      useOpenTelemetry
    `,
    types: `
      CollectedFigures
    `,
  },
  './registry': {
    values: `
      ConsumerAlreadyRegisteredError
      HandlerAlreadyExistsError
      HandlersRegistry
      KeyRing
      MessageConsumerRegistry
      MessageSender
      NoMessageKeyError
      NoModelProvidedError
      RabbitConsumer
      RabbitConsumerFactory
      RejectMessage
      UnregisteredHandlerError
      detached
      hopsOf
      registerError
      useMiddleware
    `,
    types: `
      CallMessageSettings
      ComponentInfo
      ConsumerFactory
      ConsumersHealth
      DeadLetterPolicy
      DelaySettings
      DeliveryContext
      ErrorHop
      FindHandler
      Forwards
      GiveUp
      HandlersRegistryOptions
      HeaderValue
      IdentityOptions
      Inbound
      LinkOptions
      MessageCallOptions
      MessageConsumer
      MessageSenderOptions
      MessageSettings
      Middleware
      ModelHandler
      OpenCall
      Outbound
      RabbitConsumerFactoryOptions
      RabbitConsumerOptions
      RawHandler
      Receive
      RegisterErrorOptions
      RegisterHandler
      RegisterOptions
      RemoteErrors
      RetryPolicy
      Send
    `,
  },
};

describe('the package', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, { readonly 'waybill-source': string }>;
  };

  it('has these doors', () => {
    assert.deepEqual(Object.keys(manifest.exports).sort(), [...Object.keys(doors), './package.json'].sort());
  });

  for (const [door, { values, types }] of Object.entries(doors)) {
    it(`offers these names at ${door.replace('.', 'waybill')}`, async () => {
      const file = manifest.exports[door]?.['waybill-source'] ?? '';
      const offered = Object.keys((await import(door.replace('.', 'waybill'))) as object).sort();
      const [all = []] = exportedNames([file]);
      assert.deepEqual(offered, words(values));
      assert.deepEqual(
        all.filter((name) => !offered.includes(name)),
        words(types),
      );
    });
  }
});

function words(list: string): string[] {
  return list.trim().split(/\s+/);
}
