import type { LinkOptions } from '../../amqp/index.js';
import type { MessageSettings, MiddlewareOption } from '../../component/index.js';
import type { FingerprintLike } from '../../wire/index.js';
import type { Eks } from '../destinations.js';

/** What a producer is made with. */
export interface ProducerOptions extends LinkOptions, MiddlewareOption {
  /** The fingerprint of the producer. @default the process's own values, and the class's name as `name` */
  readonly fingerprint?: FingerprintLike | undefined;
}

/** What can be said for one send or call, through {@link GenericProducer.with}; a call refuses `messageId` and `expirationMs`. */
export interface CallSettings extends MessageSettings {
  /** Exactly these destinations, instead of the class's. An RPC goes to the first of them. */
  readonly eks?: Eks | undefined;
  /** This routing key at the first exchange of the class's `eks`; left out of account when `eks` is given. */
  readonly key?: string | undefined;
  /**
   * How long the whole call may take, all its attempts together, or how long the broker may take to confirm a message. Of a stream: how long
   * until a server has begun it; then it may last as long as it likes.
   */
  readonly timeoutMs?: number | undefined;
  /** How long each attempt of a call waits before it is sent again. @default for ever: sent again is only what nobody can have, or answer */
  readonly attemptTimeoutMs?: number | undefined;
  /** How many times a call is sent AGAIN when no answer comes. */
  readonly maxRetry?: number | undefined;
  /** A message is not sent when nobody waits for the handler any more that sends it: it rejects with a DeadlineError. @default false */
  readonly withinDeadline?: boolean | undefined;
  /**
   * Whom a `gather_x` waits for: the name of components, those of which that are there being asked for first; or how many answers. Without it
   * a gather ends when no answer has come for `stallMs`.
   */
  readonly expect?: string | number | undefined;
  /** So many answers are enough for a `gather_x`: then it ends, and the others are told that they need not go on. */
  readonly quorum?: number | undefined;
  /** How long after an answer the next one must come, where it is not known who is to answer, in milliseconds. @default 300 */
  readonly stallMs?: number | undefined;
  /** How many items of a stream may be on their way, or wait here: from 1 to 10,000. Its handler is not asked for more. @default 256 */
  readonly window?: number | undefined;
  /**
   * Gives it up at once: a call gives a CancelledError, and whoever runs it is told; a message rejects with one, and so
   * does the next item of a stream.
   */
  readonly signal?: AbortSignal | undefined;
  /** Whether a message that reaches no queue is an error. @default true, but false for a MessageStatus and a MessageEvent */
  readonly mandatory?: boolean | undefined;
}
