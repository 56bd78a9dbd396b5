import { choice } from '../../common/choices.js';
import { FRAME_MIN_SIZE } from '../../protocol/index.js';

/** A version of RabbitMQ that the embedded broker can behave like. */
export type ProfileName = '3.10' | '4.0' | '4.3';

/** What RabbitMQ is about to remove, by the names it has in `deprecated_features.permit`. */
export type DeprecatedFeature = 'transient_nonexcl_queues' | 'global_qos' | 'queue_master_locator';

const deprecatedFeatures: readonly DeprecatedFeature[] = [
  'transient_nonexcl_queues',
  'global_qos',
  'queue_master_locator',
];

/** What differs between the versions of RabbitMQ. All else of this broker is the same in each. */
export interface Profile {
  /** The version that it states to clients. */
  readonly version: string;

  // Connecting
  /** What a wrong protocol header is answered with: the header of AMQP 0-9-1, or that of AMQP 1.0 with SASL. */
  readonly preferredProtocol: 'AMQP 0-9-1' | 'AMQP 1.0';
  /** Whether clients may log in as guest without saying who they are. */
  readonly allowsAnonymous: boolean;
  /** The smallest `frame_max` that a client may ask for, and the largest frame before it has. */
  readonly leastFrameMax: number;

  // Declaring
  /** An exchange of an unknown type is refused with this: 503 closes the connection, 406 the channel. */
  readonly unknownExchangeType: 'COMMAND_INVALID' | 'PRECONDITION_FAILED';
  /** Deprecated features that are refused unless somebody permits them. */
  readonly deniedFeatures: readonly DeprecatedFeature[];
  /** Queue arguments that are not looked at when a queue is declared: any type of queue takes any value of them. */
  readonly uncheckedArguments: readonly string[];
  /** Whether `x-queue-mode` must be a mode that there is. */
  readonly checksQueueMode: boolean;
  /** How an `x-max-age` or `x-stream-offset` is refused that does not even begin as a time: 541 closes the connection. */
  readonly noTimeAtAll: 'INTERNAL_ERROR' | 'PRECONDITION_FAILED';
  /** The lowest `x-queue-version` of a classic queue. */
  readonly oldestQueueVersion: 1 | 2;
  /** Whether classic queues, too, have `x-queue-leader-locator`. */
  readonly classicHasLeaderLocator: boolean;

  /** Whether looking at a queue or an exchange, by a passive declaration, takes any right to it. */
  readonly passiveNeedsRight: boolean;

  // Publishing
  /** The largest message. */
  readonly maxMessageBytes: number;
  /** Whether a `delivery_mode` other than 1 and 2 is refused. */
  readonly checksDeliveryMode: boolean;
  /** Whether a mandatory direct reply that reaches nobody, or passes no queue, comes back to its publisher. */
  readonly returnsDirectReplies: boolean;

  // Dead letters
  /** Whether an `x-death` header that a client sends counts as if the broker had written it. */
  readonly believesSentDeaths: boolean;
  /** Whether `x-last-death-queue` and its like are told. */
  readonly tellsLastDeath: boolean;
  /** Whether the `CC` header stays where the queue gives its dead letters a routing key. */
  readonly deadLetterKeepsCopies: boolean;
  /** Which queues learn that a dead letter has failed before: was rejected, or lost with a channel. It is redelivered there. */
  readonly toldFailures: 'none' | 'between quorum queues' | 'all';

  // Quorum queues
  /**
   * What the priority of a message means in a quorum queue: nothing; two classes of which the higher one has two turns for
   * one of the other; or 32 priorities, as in a classic queue that was declared with them.
   */
  readonly quorumPriorities: 'none' | 'two classes' | 'strict';
  /** How often a message may come back to a quorum queue that is declared without `x-delivery-limit`. */
  readonly defaultDeliveryLimit: number | undefined;
  /** What a negative `x-delivery-limit` means: no limit, or that the first return is one too many. */
  readonly negativeDeliveryLimit: 'no limit' | 'no return';
  /** Whether `basic.nack` and `basic.recover` count for the delivery limit, as `basic.reject` and a lost channel do. */
  readonly nackCounts: boolean;
  /** Whether `basic.get` tells an `x-delivery-count` of 0. */
  readonly getTellsNoReturns: boolean;
  /** Whether `x-acquired-count` tells how often a message of a quorum queue was handed out before. */
  readonly tellsAcquisitions: boolean;

  // Consuming
  /** The arguments of consumers that it knows, and refuses with queues of other types. */
  readonly consumerArguments: readonly string[];
  /**
   * What becomes of who does not settle in time. `close` closes the channel, whatever the type of the queue; `cancel`
   * takes the message back from consumers of quorum queues and cancels them.
   */
  readonly consumerTimeout: 'close' | 'cancel';
  /** Whether `x-consumer-timeout` of a queue counts. */
  readonly consumerTimeoutArgument: boolean;
  /**
   * Whether a stream keeps messages in RabbitMQ 4's own form: there is always a `delivery_mode`, 1 unless the publisher
   * said otherwise, `CC` is kept, and bytes in headers become text.
   */
  readonly streamsKeepContainers: boolean;
  /** Whether refusing a message of a stream makes room for the next one, as acknowledging does. */
  readonly refusalMakesRoom: boolean;
  /** Whether direct replies count among the deliveries of a channel; else they all carry the tag of the next one. */
  readonly countsDirectReplies: boolean;
}

const MEBIBYTE = 1024 * 1024;

const rabbitmq310: Profile = {
  version: '3.10.8',

  preferredProtocol: 'AMQP 0-9-1',
  allowsAnonymous: false,
  leastFrameMax: FRAME_MIN_SIZE,

  unknownExchangeType: 'COMMAND_INVALID',
  deniedFeatures: [],
  uncheckedArguments: [
    'x-consumer-timeout',
    'x-stream-filter-size-bytes',
    'x-delayed-retry-type',
    'x-delayed-retry-min',
    'x-delayed-retry-max',
  ],
  checksQueueMode: true,
  noTimeAtAll: 'INTERNAL_ERROR',
  oldestQueueVersion: 1,
  classicHasLeaderLocator: false,
  passiveNeedsRight: false,

  maxMessageBytes: 128 * MEBIBYTE,
  checksDeliveryMode: true,
  returnsDirectReplies: true,

  believesSentDeaths: true,
  tellsLastDeath: false,
  deadLetterKeepsCopies: false,
  toldFailures: 'none',

  quorumPriorities: 'none',
  defaultDeliveryLimit: undefined,
  negativeDeliveryLimit: 'no return',
  nackCounts: true,
  getTellsNoReturns: true,
  tellsAcquisitions: false,

  consumerArguments: ['x-priority', 'x-stream-offset', 'x-cancel-on-ha-failover'],
  consumerTimeout: 'close',
  consumerTimeoutArgument: false,
  streamsKeepContainers: false,
  refusalMakesRoom: false,
  countsDirectReplies: false,
};

const rabbitmq40: Profile = {
  ...rabbitmq310,
  version: '4.0.5',

  preferredProtocol: 'AMQP 1.0',
  allowsAnonymous: true,

  unknownExchangeType: 'PRECONDITION_FAILED',
  classicHasLeaderLocator: true,

  maxMessageBytes: 16 * MEBIBYTE,
  checksDeliveryMode: false,

  believesSentDeaths: false,
  tellsLastDeath: true,
  deadLetterKeepsCopies: true,
  toldFailures: 'between quorum queues',

  quorumPriorities: 'two classes',
  defaultDeliveryLimit: 20,
  negativeDeliveryLimit: 'no limit',
  getTellsNoReturns: false,

  consumerArguments: ['x-priority', 'x-stream-offset'],
  consumerTimeoutArgument: true,
  streamsKeepContainers: true,
  refusalMakesRoom: true,
};

const rabbitmq43: Profile = {
  ...rabbitmq40,
  version: '4.3.6',

  leastFrameMax: 8192,

  deniedFeatures: ['global_qos', 'queue_master_locator'],
  uncheckedArguments: [],
  checksQueueMode: false,
  noTimeAtAll: 'PRECONDITION_FAILED',
  oldestQueueVersion: 2,
  passiveNeedsRight: true,

  returnsDirectReplies: false,

  toldFailures: 'all',

  quorumPriorities: 'strict',
  nackCounts: false,
  tellsAcquisitions: true,

  consumerArguments: ['x-priority', 'x-stream-offset', 'x-consumer-timeout'],
  consumerTimeout: 'cancel',
  countsDirectReplies: true,
};

/** The profiles by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  '3.10': rabbitmq310,
  '4.0': rabbitmq40,
  '4.3': rabbitmq43,
};

/** What a broker follows unless told otherwise: the newest. */
export const DEFAULT_PROFILE: ProfileName = '4.3';

/**
 * What a broker follows: a profile, with further features denied.
 *
 * @throws ConfigurationError for a profile or a feature there is not.
 */
export function profileOf(name: ProfileName, denied: readonly DeprecatedFeature[] = []): Profile {
  const profile = profiles[choice('DevBroker: profile', name, Object.keys(profiles) as ProfileName[])];
  for (const feature of denied) choice('DevBroker: deniedFeatures', feature, deprecatedFeatures);
  return { ...profile, deniedFeatures: [...profile.deniedFeatures, ...denied] };
}
