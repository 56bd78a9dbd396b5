import type { FieldTable } from '../../protocol/index.js';
import type { ConsumerArguments } from './consumer-arguments.js';
import type { Queue } from './queue.js';
import type { Entry } from './ready-list.js';

/** What a consumer is made with. */
export interface ConsumerSettings extends ConsumerArguments {
  readonly tag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** How many unsettled messages it may hold; 0 means any number. */
  readonly prefetch: number;
  readonly arguments: FieldTable;
}

/** The channel a consumer belongs to, as its queue sees it. */
export interface ConsumerOwner {
  /** Whether the consumer may be given a message now. */
  canTake(consumer: Consumer): boolean;
  /** Gives it one. */
  deliver(consumer: Consumer, entry: Entry): void;
  /** Tells it that the broker has ended it, since the queue is gone. */
  cancelled(consumer: Consumer): void;
}

/** A consumer of a queue. */
export class Consumer {
  readonly settings: ConsumerSettings;
  readonly queue: Queue;
  readonly owner: ConsumerOwner;
  /** How many messages it holds unsettled. */
  unsettled = 0;
  /** The delivery tag of what it was given last: on its channel, who has the lowest has waited longest. */
  lastTag = 0;
  /** How many of them it should have settled by now: until it has, it is given nothing more. */
  overdue = 0;

  constructor(settings: ConsumerSettings, queue: Queue, owner: ConsumerOwner) {
    this.settings = settings;
    this.queue = queue;
    this.owner = owner;
  }

  /** Whether it has room within its own prefetch. */
  get hasRoom(): boolean {
    const { noAck, prefetch } = this.settings;
    if (this.overdue > 0) return false;
    return noAck || prefetch === 0 || this.unsettled < prefetch;
  }
}
