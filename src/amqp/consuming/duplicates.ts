import type { Logger } from '../../logger.js';
import type { Delivery } from './delivery.js';
import { LateAcks } from './late-acks.js';
import type { MessageMark } from './message-mark.js';
import { RetriedDuplicates } from './retried-duplicates.js';
import { RunningDuplicates, twinOf } from './running-duplicates.js';

/**
 * Keeps one message from being handled twice: at the same time, since it runs still; when it is done already, and nobody
 * could say so in time; and as a copy of a failed one that another copy stands for.
 */
export class Duplicates {
  readonly #running: () => Iterable<Delivery>;
  /** Failed, or put anew, and not settled yet. */
  readonly #putAside = new Set<Delivery>();
  readonly #ofRunning = new RunningDuplicates();
  readonly #ofRetried = new RetriedDuplicates();
  readonly #lateAcks = new LateAcks();
  readonly #rememberLateAck = (mark: MessageMark): void => this.#lateAcks.remember(mark);
  /** Another copy stands for these, at the end of their queue: that one is to run. */
  readonly #putAnew = new LateAcks(({ key, copy = '' }) => `${key}\n${copy}`);
  readonly #rememberPutAnew = (mark: MessageMark): void => this.#putAnew.remember(mark);

  /** @param running what runs here, also what the broker has taken back. */
  constructor(running: () => Iterable<Delivery>) {
    this.#running = running;
  }

  /** Whether some wait for the same message to end. */
  get isHolding(): boolean {
    return this.#ofRunning.isHolding;
  }

  /** Those that wait for the same message to end. */
  get held(): readonly Delivery[] {
    return this.#ofRunning.all;
  }

  /** Whether one that comes again runs here still, or is put aside. */
  runs(delivery: Delivery): boolean {
    return delivery.mayHaveRun && twinOf(delivery, this.#inHand()) !== undefined;
  }

  /** True for one that must wait, and then it is kept, because the same message still runs. */
  holds(delivery: Delivery): boolean {
    return this.#ofRunning.holds(delivery, this.#inHand());
  }

  /** True for one that need not run: it is acked. To be asked once, when nothing else is in its way. */
  drops(delivery: Delivery, logger: Logger): boolean {
    const remember = this.#whoRemembers(delivery);
    if (!remember && !this.#ofRetried.isSecond(delivery)) return false;
    logger.info(
      `A message of '${delivery.queue}' came a second time though it was done or put aside; it runs once.`,
    );
    this.#drop(delivery, remember);
    return true;
  }

  /** This ack may come too late as the first one did. */
  #drop(delivery: Delivery, remember: ((mark: MessageMark) => void) | undefined): void {
    if (remember) delivery.whenAckedInVain(remember);
    delivery.ack();
  }

  #whoRemembers(delivery: Delivery): ((mark: MessageMark) => void) | undefined {
    if (this.#putAnew.isDone(delivery)) return this.#rememberPutAnew;
    return this.#lateAcks.isDone(delivery) ? this.#rememberLateAck : undefined;
  }

  /** A delivery runs from now on. */
  begun(delivery: Delivery): void {
    delivery.whenAckedInVain(this.#rememberLateAck);
  }

  /**
   * Gives back one that has waited here for long: or puts it at the end of its queue, where it came back too often. Until the
   * copy is there and the message acked, the same message waits for it; and no second copy is made.
   */
  giveBack(
    delivery: Delivery,
    resume: (waited: readonly Delivery[]) => void,
    putAnew: (delivery: Delivery) => boolean = () => false,
  ): void {
    if (this.#putAnew.isDone(delivery)) this.#drop(delivery, this.#rememberPutAnew);
    else if (twinOf(delivery, this.#putAside) || !putAnew(delivery)) delivery.giveBack();
    else {
      delivery.whenAckedInVain(this.#rememberPutAnew);
      this.#await(delivery, resume);
    }
  }

  /** Its handling has ended: gives those that have waited for it, when it is put aside, too, if it has failed. */
  ended(delivery: Delivery, resume: (waited: readonly Delivery[]) => void): void {
    if (delivery.settled || !delivery.isPutAside) {
      if (this.#ofRunning.isHolding) resume(this.#ofRunning.release(delivery));
      return;
    }
    this.#await(delivery, resume);
  }

  #await(delivery: Delivery, resume: (waited: readonly Delivery[]) => void): void {
    this.#putAside.add(delivery);
    delivery.whenSettled(() => {
      this.#putAside.delete(delivery);
      resume(this.#ofRunning.release(delivery));
    });
  }

  *#inHand(): Generator<Delivery> {
    yield* this.#running();
    yield* this.#putAside;
  }

  /** Gives all that wait. */
  releaseAll(): readonly Delivery[] {
    return this.#ofRunning.releaseAll();
  }
}
