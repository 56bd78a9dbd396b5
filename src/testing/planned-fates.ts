import { wholeNumber } from '../common/numbers.js';
import type { Interceptor, Message, PublishFate } from '../devbroker/index.js';
import { RecordedMessage } from './recorded-message.js';

/** Which messages a fault is meant for; what is left out matches all. */
export interface FaultOptions {
  /** The exchange it was published to; `''` is the default one. */
  readonly exchange?: string;
  /** The routing key it was published with. */
  readonly routingKey?: string;
  /** A closer look at the message. */
  readonly match?: (message: RecordedMessage) => boolean;
  /** How many messages it befalls, from 1 on; `Infinity` for all of them. @default 1 */
  readonly times?: number;
}

interface Planned<Fate> {
  readonly fate: Fate;
  readonly options: FaultOptions;
  left: number;
}

/** Fates planned for the next messages that match, each used up by those it befalls. */
export class PlannedFates implements Interceptor {
  readonly #publishes: Planned<PublishFate>[] = [];
  readonly #deliveries: Planned<'twice'>[] = [];

  planPublish(fate: PublishFate, options: FaultOptions = {}): void {
    this.#publishes.push({ fate, options, left: timesOf(options) });
  }

  planDelivery(fate: 'twice', options: FaultOptions = {}): void {
    this.#deliveries.push({ fate, options, left: timesOf(options) });
  }

  /** Forgets what has not come to pass. */
  clear(): void {
    this.#publishes.length = 0;
    this.#deliveries.length = 0;
  }

  onPublish(message: Message): PublishFate | undefined {
    return use(this.#publishes, message);
  }

  onDeliver(message: Message): 'twice' | undefined {
    return use(this.#deliveries, message);
  }
}

function timesOf({ times = 1 }: FaultOptions): number {
  return times === Infinity ? times : wholeNumber('TestBroker: times', times, { min: 1 });
}

function use<Fate>(planned: Planned<Fate>[], message: Message): Fate | undefined {
  const place = planned.findIndex(({ options }) => befalls(options, message));
  const found = planned[place];
  if (!found) return undefined;
  found.left -= 1;
  if (found.left <= 0) planned.splice(place, 1);
  return found.fate;
}

function befalls({ exchange, routingKey, match }: FaultOptions, message: Message): boolean {
  if (exchange !== undefined && exchange !== message.exchange) return false;
  if (routingKey !== undefined && routingKey !== message.routingKeys[0]) return false;
  return match === undefined || match(new RecordedMessage(message));
}
