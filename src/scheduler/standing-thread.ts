import { MicroThread } from './microthread.js';

/** A thread whose work comes by events, not by steps: its only step lasts until it is stopped. */
export abstract class StandingThread extends MicroThread {
  /** Waits until it is stopped. */
  override step(): Promise<void> {
    return new Promise((resolve) => {
      if (this.stopSignal.aborted) resolve();
      else this.stopSignal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
