import type { FieldTable } from '../../protocol/index.js';
import { assertSame, assertSameArguments } from '../common/equivalence.js';
import type { Settlement } from '../common/events.js';
import type { Message } from '../common/message.js';
import { describe, locked } from '../common/texts.js';
import type { Consumer } from './consumer.js';
import type { ConsumerRing } from './consumer-ring.js';
import { checkFeatures } from './deprecated-features.js';
import { comparedArguments } from './fixed-arguments.js';
import { type QueueLimits, readQueueArguments } from './queue-arguments.js';
import type { QueueHost } from './queue-host.js';
import { checkProperties } from './queue-properties.js';
import type { Entry } from './ready-list.js';

/** What a queue is declared with. */
export interface QueueSettings {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** The connection that alone may use it, if it is exclusive. */
  readonly owner: object | undefined;
  readonly arguments: FieldTable;
}

/** Why a message leaves a queue other than by being consumed; also the reason in `x-death`. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** What is done with a delivery. `release` is a `requeue`, and `drop` a `reject`, that does not count as a failure. */
export type Outcome = Settlement | 'release' | 'drop';

/** A queue of any type: what it was declared as, and what it must be able to do. */
export abstract class Queue {
  static #declared = 0;
  readonly kind = 'queue';
  /** A later queue has a higher one. */
  readonly number: number = ++Queue.#declared;
  readonly settings: QueueSettings;
  readonly limits: QueueLimits;
  /** How RabbitMQ names it in its texts. */
  readonly what: string;
  protected readonly host: QueueHost;

  /** @throws AmqpError 406 for arguments that are wrong, 541 for features that are denied. */
  constructor(settings: QueueSettings, host: QueueHost) {
    this.host = host;
    this.settings = settings;
    this.what = describe('queue', settings.name, host.virtualHost);
    this.limits = readQueueArguments(settings.arguments, this.what, host.profile);
    checkProperties(this);
    checkFeatures(settings, host.profile);
  }

  get name(): string {
    return this.settings.name;
  }

  /** How long consumers may take to settle; undefined when it does not matter. */
  get consumerTimeoutMs(): number | undefined {
    const { profile, consumerTimeoutMs } = this.host;
    const isSpared = profile.consumerTimeout === 'cancel' ? this.limits.type !== 'quorum' : this.isStream;
    return isSpared ? undefined : (this.limits.consumerTimeoutMs ?? consumerTimeoutMs);
  }

  /** Whether messages stay when they are consumed. */
  get isStream(): boolean {
    return this.limits.type === 'stream';
  }

  /** Whether settling a delivery in this way makes room for the next within the consumer's prefetch. */
  makesRoom(_outcome: Outcome): boolean {
    return true;
  }

  /** @throws AmqpError 405 when it is exclusive to another connection. */
  assertAccess(connection: object): void {
    const { owner } = this.settings;
    if (owner === undefined || owner === connection) return;
    throw locked(this.what);
  }

  /** @throws AmqpError 405 or 406 when it is not declared as it was. */
  assertEquivalent(other: QueueSettings): void {
    const mine = this.settings;
    if (mine.owner !== other.owner) throw locked(this.what);
    assertSame(this.what, 'durable', other.durable, mine.durable);
    assertSame(this.what, 'auto_delete', other.autoDelete, mine.autoDelete);
    const compared = comparedArguments(this.host.profile);
    assertSameArguments(this.what, compared, other.arguments, mine.arguments);
  }

  /** How many messages are told to wait. */
  abstract get messageCount(): number;

  /** How many messages are out with consumers or getters. */
  abstract get unsettledCount(): number;

  /** How many consumers are told to be there. */
  abstract get consumerCount(): number;

  /** The messages that wait, next one first. */
  abstract get messages(): readonly Message[];

  abstract get consumers(): ConsumerRing;

  /** Takes a message in, or refuses it because the queue is full: `false`. */
  abstract offer(message: Message): boolean;

  /** Takes the next message out for a `basic.get`. @throws AmqpError 540 where there is no such thing. */
  abstract take(noAck: boolean): Entry | undefined;

  /** Gives messages to consumers for as long as there are both. */
  abstract pump(): void;

  /** A consumer is done with a message, or refuses it for itself and all others: `drop` does not call it a failure. */
  abstract settle(entry: Entry, outcome: 'ack' | 'reject' | 'drop'): void;

  /** Messages come back, to the places they had; `counts` says whether that counts for the delivery limit. */
  abstract requeue(entries: Iterable<Entry>, counts?: boolean): void;

  /** Drops all messages that wait and says how many there were. @throws AmqpError 540 where there is no such thing. */
  abstract purge(): number;

  /** @throws AmqpError when it does not take such a consumer. */
  abstract addConsumer(consumer: Consumer): void;

  /** Removes a consumer. `endIfUnused` and `pump` must follow: until then nobody is served in its stead. */
  abstract removeConsumer(consumer: Consumer): void;

  /** Consumers have been removed: the last one takes an auto-delete queue with it. Says whether it did. */
  abstract endIfUnused(): boolean;

  /** A channel is gone: its consumers end, what it held comes back. */
  abstract release(consumers: readonly Consumer[], entries: readonly Entry[]): void;

  /** Ends all consumers as if something had happened to the queue's node: their clients are told. */
  abstract evictConsumers(): void;

  /** Ends the queue: its consumers are told, its messages are gone. */
  abstract end(): void;

  /** Gives all messages back and keeps only those that survive a restart of the broker. */
  abstract survive(): void;

  /** Somebody used the queue: it expires that much later. */
  abstract touch(): void;
}
