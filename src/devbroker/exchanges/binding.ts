import type { FieldTable } from '../../protocol/index.js';
import type { Queue } from '../queues/queue.js';
import type { Exchange } from './exchange.js';

/** Where a binding leads. */
export type Destination = Queue | Exchange;

/** A way from an exchange to a queue or to another exchange. */
export interface Binding {
  readonly source: Exchange;
  readonly destination: Destination;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}
