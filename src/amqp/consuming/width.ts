import { isAtLeast } from '../common/broker-version.js';
import type { Delivery } from './delivery.js';
import type { QueueTraits, SubscriptionHost } from './subscription-host.js';

/** How a subscription goes on with a fresh channel. */
export interface Change {
  readonly narrow: boolean;
  /** Whether what was delivered and has not begun goes back, to come again on the fresh channel. */
  readonly giveBack: boolean;
}

/**
 * How many messages of a queue are in hand: as many as may be, or one. Who dies with a hundred in hand makes suspects of them
 * all; so it is narrow while messages come that may have ended the processes that ran them.
 *
 * A quorum queue counts each message that a dead process had in hand, and RabbitMQ 4 drops one that came back 20 times. From
 * 4.3 on what has not begun can be given back uncounted. Before, it must not be handed out at all: there it begins narrow,
 * for queues that were declared here as quorum queues. Of others nobody tells what they are.
 */
export class Width {
  readonly #host: SubscriptionHost;
  readonly #declared: QueueTraits['declared'];
  #isNarrow = false;
  #mayWiden = false;

  constructor(host: SubscriptionHost, { declared }: QueueTraits) {
    this.#host = host;
    this.#declared = declared;
  }

  get isNarrow(): boolean {
    return this.#isNarrow;
  }

  /** How many unsettled messages the broker shall hand us now. */
  get prefetch(): number {
    return this.#isNarrow ? 1 : this.#host.prefetch;
  }

  /** A channel is opened that no other one has led to: what comes may be what another process has died of. */
  begin(): void {
    this.set(this.#beginsNarrow);
  }

  set(isNarrow: boolean): void {
    this.#isNarrow = isNarrow;
    this.#mayWiden = false;
  }

  /** What has to change for a delivery that has come. Before 4.3 a suspect stays: the broker would count that it went back. */
  changeFor(delivery: Delivery): Change | undefined {
    if (this.#host.prefetch === 1) return undefined;
    const isSuspect = this.#host.isSuspect(delivery);
    if (!this.#isNarrow) return isSuspect && this.#canGiveBack ? { narrow: true, giveBack: true } : undefined;
    // One that still runs here waits for the first: it must not be all that is in hand.
    if (this.#host.isTwin(delivery)) return { narrow: false, giveBack: true };
    return isSuspect ? undefined : this.#widened();
  }

  /** What has to change when the last delivery in hand was acked, and the ack is not written yet. */
  changeWhenClear(): Change | undefined {
    return this.#mayWiden ? { narrow: false, giveBack: false } : undefined;
  }

  /**
   * With one handler at a time it can wait until that is done: a quorum queue counts a consumer that was left for as long as
   * its last message is not settled.
   */
  #widened(): Change | undefined {
    this.#mayWiden = this.#host.concurrency === 1;
    return this.#mayWiden ? undefined : { narrow: false, giveBack: false };
  }

  get #canGiveBack(): boolean {
    return isAtLeast(this.#host.connection.model, '4.3');
  }

  get #beginsNarrow(): boolean {
    return this.#host.prefetch !== 1 && this.#declared['x-queue-type'] === 'quorum' && !this.#canGiveBack;
  }
}
