import type { Settlement } from '../devbroker/index.js';
import type { RecordedMessage } from './recorded-message.js';

/** A client has published. Recorded before anything becomes of it. */
export interface Published {
  /** The name that the client has given its connection. */
  readonly connection: string;
  /** What was published. */
  readonly message: RecordedMessage;
}

/** A message has found its queues: none, one or many. Dead letters are routed anew. */
export interface Routed {
  /** The names of the queues; none where it was unroutable. */
  readonly queues: readonly string[];
  /** What was routed. */
  readonly message: RecordedMessage;
}

/** A message went to a consumer, or to a `basic.get` (empty consumer tag). */
export interface Delivered {
  /** The name that the client has given its connection. */
  readonly connection: string;
  /** The queue that it came from. */
  readonly queue: string;
  /** The tag of the consumer; empty for a `basic.get`. */
  readonly consumerTag: string;
  /** Whether it had been delivered before. */
  readonly redelivered: boolean;
  /** What was delivered. */
  readonly message: RecordedMessage;
}

/** A delivery was acknowledged, given back or rejected. A channel that closes gives back what it held. */
export interface Settled {
  /** The name that the client has given its connection. */
  readonly connection: string;
  /** The queue that it came from. */
  readonly queue: string;
  /** `ack`; `requeue`: given back; `reject`: dead-lettered or dropped. */
  readonly settlement: Settlement;
  /** What was settled. */
  readonly message: RecordedMessage;
}

/** A mandatory message has come back to its publisher. */
export interface Returned {
  /** What came back. */
  readonly message: RecordedMessage;
}

/** A message has died in a queue: `rejected`, `expired`, `maxlen` or `delivery_limit`. */
export interface Died {
  /** The queue in which it has died. */
  readonly queue: string;
  /** Why: one of the four. */
  readonly reason: string;
  /** What has died, as it was in the queue. */
  readonly message: RecordedMessage;
}
