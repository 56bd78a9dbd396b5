import type { Message } from './message.js';

/** How a delivery was settled. */
export type Settlement = 'ack' | 'requeue' | 'reject';

/**
 * Something that happened in the broker, in the order it happened. `connection` is the client's name for it, `user` who logged in, and
 * `virtualHost` where; `message` and `queue` are what it is about, `queues` where it was routed to (none: unroutable), `redelivered` whether it had
 * been delivered before, and `settlement` how it was settled. `reason` is why a connection ended, a message came back (`NO_ROUTE`) or died
 * (`rejected`, `expired`, `maxlen`, `delivery_limit`); `text` why a channel or a connection was closed by the broker.
 */
export type BrokerEvent =
  | {
      readonly type: 'connected';
      readonly connection: string;
      readonly user: string;
      readonly virtualHost: string;
    }
  | { readonly type: 'disconnected'; readonly connection: string; readonly reason: string }
  | { readonly type: 'published'; readonly connection: string; readonly message: Message }
  | { readonly type: 'routed'; readonly message: Message; readonly queues: readonly string[] }
  | { readonly type: 'returned'; readonly message: Message; readonly reason: string }
  | {
      readonly type: 'delivered';
      readonly connection: string;
      readonly queue: string;
      /** Empty for a `basic.get`. */
      readonly consumerTag: string;
      readonly redelivered: boolean;
      readonly message: Message;
    }
  | {
      readonly type: 'settled';
      readonly connection: string;
      readonly queue: string;
      readonly settlement: Settlement;
      readonly message: Message;
    }
  | { readonly type: 'died'; readonly queue: string; readonly reason: string; readonly message: Message }
  | { readonly type: 'error'; readonly connection: string; readonly text: string };

/** A function that is called with each event. It must not throw. */
export type Observer = (event: BrokerEvent) => void;

/** Tells observers; costs next to nothing while there are none. */
export class EventStream {
  readonly #observers = new Set<Observer>();

  /** Whether anybody listens. */
  get isWatched(): boolean {
    return this.#observers.size > 0;
  }

  /** Returns the function that ends the subscription. */
  subscribe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  emit(event: BrokerEvent): void {
    for (const observer of this.#observers) observer(event);
  }
}
