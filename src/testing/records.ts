import type { Settlement } from '../devbroker/index.js';
import type { RecordedMessage } from './recorded-message.js';

/** A client has published. Recorded before anything becomes of it. */
export interface Published {
  readonly connection: string;
  readonly message: RecordedMessage;
}

/** A message has found its queues: none, one or many. Dead letters are routed anew. */
export interface Routed {
  readonly queues: readonly string[];
  readonly message: RecordedMessage;
}

/** A message went to a consumer, or to a `basic.get` (empty consumer tag). */
export interface Delivered {
  readonly connection: string;
  readonly queue: string;
  readonly consumerTag: string;
  readonly redelivered: boolean;
  readonly message: RecordedMessage;
}

/** A delivery was acknowledged, given back or rejected. A channel that closes gives back what it held. */
export interface Settled {
  readonly connection: string;
  readonly queue: string;
  readonly settlement: Settlement;
  readonly message: RecordedMessage;
}

/** A mandatory message has come back to its publisher. */
export interface Returned {
  readonly message: RecordedMessage;
}

/** A message has died in a queue: `rejected`, `expired`, `maxlen` or `delivery_limit`. */
export interface Died {
  readonly queue: string;
  readonly reason: string;
  readonly message: RecordedMessage;
}
