import type { Timer } from '../common/clock.js';
import type { Consumer } from '../queues/consumer.js';
import type { Queue } from '../queues/queue.js';
import type { ChannelContext } from './channel-context.js';
import type { Settling } from './settling.js';
import type { Unsettled } from './unsettled.js';

/**
 * Sees to it that what a channel is given is settled in time.
 *
 * RabbitMQ before 4.3 closes the channel, whatever the type of the queue, and looks once a minute; here it is done when it
 * is due. From 4.3 on it is for quorum queues only, and the consumer pays for it, not the channel: what is overdue goes to
 * others, the consumer is told by `basic.cancel`, and is given nothing more until it has settled all that is overdue.
 */
export class ConsumerTimeout {
  readonly #context: ChannelContext;
  readonly #settling: Settling;
  readonly #isConsuming: (consumer: Consumer) => boolean;
  #timer: Timer | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(context: ChannelContext, settling: Settling, isConsuming: (consumer: Consumer) => boolean) {
    this.#context = context;
    this.#settling = settling;
    this.#isConsuming = isConsuming;
  }

  /** Until when a message that leaves the queue now is to be settled. */
  deadlineOf(queue: Queue, consumer: Consumer | undefined): number {
    const timeoutMs = consumer?.settings.timeoutMs ?? queue.consumerTimeoutMs;
    if (timeoutMs === undefined) return Number.POSITIVE_INFINITY;
    const deadline = this.#clock.now() + timeoutMs;
    this.#watch(deadline);
    return deadline;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#at = Number.POSITIVE_INFINITY;
  }

  get #clock() {
    return this.#context.virtualHost.services.clock;
  }

  /** One timer will do for a channel: most deliveries are settled long before. */
  #watch(deadline: number): void {
    if (deadline >= this.#at) return;
    this.stop();
    this.#at = deadline;
    this.#timer = this.#clock.after(deadline - this.#clock.now(), () => this.#due());
  }

  #due(): void {
    this.stop();
    const overdue = this.#settling.overdueAt(this.#clock.now());
    const unforgiven = overdue.find((delivery) => !this.#isForgiven(delivery));
    if (unforgiven) this.#context.sink.timedOut(this.#toldTimeout(unforgiven));
    else {
      this.#settling.takeBack(overdue);
      for (const consumer of consumersOf(overdue)) this.#context.sink.cancelled(consumer.settings.tag);
      this.#watch(this.#settling.nextDeadline);
    }
  }

  /** Whether the channel may live on: it may where there is a consumer to be cancelled, and not where it has gone before. */
  #isForgiven({ consumer }: Unsettled): boolean {
    const { consumerTimeout } = this.#context.virtualHost.profile;
    return consumerTimeout === 'cancel' && consumer !== undefined && this.#isConsuming(consumer);
  }

  #toldTimeout({ queue }: Unsettled): number {
    const isTold = this.#context.virtualHost.profile.consumerTimeout === 'close';
    return isTold ? (queue.consumerTimeoutMs ?? -1) : -1;
  }
}

function consumersOf(deliveries: readonly Unsettled[]): ReadonlySet<Consumer> {
  return new Set(deliveries.flatMap(({ consumer }) => consumer ?? []));
}
