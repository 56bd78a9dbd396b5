/** A version of RabbitMQ that the embedded broker can behave like. */
export type ProfileName = '3.10' | '4.0' | '4.3';

/** What RabbitMQ is about to remove, by the names it has in `deprecated_features.permit`. */
export type DeprecatedFeature = 'transient_nonexcl_queues' | 'global_qos' | 'queue_master_locator';

/** What differs between the versions of RabbitMQ. All else of this broker is the same in each. */
export interface Profile {
  /** The version that it states to clients. */
  readonly version: string;

  // Connecting
  /** The protocol header that a wrong one is answered with: that of AMQP 0-9-1, or of AMQP 1.0 with SASL. */
  readonly preferredProtocol: 'AMQP 0-9-1' | 'AMQP 1.0';
  /** How clients may log in. */
  readonly mechanisms: readonly ('PLAIN' | 'AMQPLAIN' | 'ANONYMOUS')[];
  /** The smallest `frame_max` that a client may ask for. */
  readonly leastFrameMax: number;

  // Declaring
  /** An exchange of an unknown type is refused with this: 503 closes the connection, 406 the channel. */
  readonly unknownExchangeType: 'COMMAND_INVALID' | 'PRECONDITION_FAILED';
  /** Deprecated features that are refused unless somebody permits them. */
  readonly deniedFeatures: readonly DeprecatedFeature[];
  /** Queue arguments that it takes with any queue and any value. */
  readonly uncheckedArguments: readonly string[];
  /** Whether `x-queue-mode` must be a mode that there is. */
  readonly checksQueueMode: boolean;
  /** The lowest `x-queue-version` of a classic queue. */
  readonly oldestQueueVersion: 1 | 2;

  // Publishing
  /** The largest message. */
  readonly maxMessageBytes: number;

  // Quorum queues
  /** How often a message may come back to a quorum queue that is declared without `x-delivery-limit`. */
  readonly defaultDeliveryLimit: number | undefined;
  /** What a negative `x-delivery-limit` means: no limit, or that the first return is one too many. */
  readonly negativeDeliveryLimit: 'no limit' | 'no return';
  /** Whether `basic.nack` and `basic.recover` count for the delivery limit, as `basic.reject` and a lost channel do. */
  readonly nackCounts: boolean;

  // Consuming
  /**
   * What becomes of who does not settle in time. `close` closes the channel, whatever the type of the queue; `cancel`
   * takes the message back from consumers of quorum queues and cancels them.
   */
  readonly consumerTimeout: 'close' | 'cancel';
  /** Whether `x-acquired-count` tells how often a message of a quorum queue was handed out before. */
  readonly tellsAcquisitions: boolean;
  /** Whether `x-consumer-timeout` of a queue counts. */
  readonly consumerTimeoutArgument: boolean;
}

const MEBIBYTE = 1024 * 1024;

const rabbitmq310: Profile = {
  version: '3.10.8',
  preferredProtocol: 'AMQP 0-9-1',
  mechanisms: ['PLAIN', 'AMQPLAIN'],
  leastFrameMax: 4096,
  unknownExchangeType: 'COMMAND_INVALID',
  deniedFeatures: [],
  uncheckedArguments: ['x-consumer-timeout'],
  checksQueueMode: true,
  oldestQueueVersion: 1,
  maxMessageBytes: 128 * MEBIBYTE,
  defaultDeliveryLimit: undefined,
  negativeDeliveryLimit: 'no return',
  nackCounts: true,
  consumerTimeout: 'close',
  tellsAcquisitions: false,
  consumerTimeoutArgument: false,
};

const rabbitmq40: Profile = {
  ...rabbitmq310,
  version: '4.0.5',
  preferredProtocol: 'AMQP 1.0',
  mechanisms: ['PLAIN', 'AMQPLAIN', 'ANONYMOUS'],
  unknownExchangeType: 'PRECONDITION_FAILED',
  maxMessageBytes: 16 * MEBIBYTE,
  defaultDeliveryLimit: 20,
  negativeDeliveryLimit: 'no limit',
  consumerTimeoutArgument: true,
};

const rabbitmq43: Profile = {
  ...rabbitmq40,
  version: '4.3.6',
  leastFrameMax: 8192,
  deniedFeatures: ['global_qos', 'queue_master_locator'],
  uncheckedArguments: [],
  checksQueueMode: false,
  oldestQueueVersion: 2,
  nackCounts: false,
  consumerTimeout: 'cancel',
  tellsAcquisitions: true,
};

/** The profiles by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  '3.10': rabbitmq310,
  '4.0': rabbitmq40,
  '4.3': rabbitmq43,
};

/**
 * What a broker follows: a profile, with further features denied.
 *
 * @throws TypeError for a profile there is not.
 */
export function profileOf(name: ProfileName, denied: readonly DeprecatedFeature[] = []): Profile {
  const profile = profiles[name];
  if (!profile) throw new TypeError(`No profile ${name}: there are ${Object.keys(profiles).join(', ')}`);
  return { ...profile, deniedFeatures: [...profile.deniedFeatures, ...denied] };
}

/** What a broker follows unless told otherwise: the newest. */
export const DEFAULT_PROFILE: ProfileName = '4.3';
