import type { PartHealth } from './app-health.js';
import type { Part, PartHost, PartPlan } from './part.js';

/** The parts of an app, planned when routes are registered, made when it starts, ended all at once. */
export class Parts {
  readonly #plans: PartPlan[] = [];
  readonly #made: Part[] = [];

  plan(plan: PartPlan): void {
    this.#plans.push(plan);
  }

  /** Makes all. @throws what is wrong with one of them */
  make(host: PartHost): void {
    for (const plan of this.#plans) {
      const part = plan(host);
      if (part) this.#made.push(part);
    }
  }

  /** Lets all get ready. */
  async prepare(): Promise<void> {
    for (const part of this.#made) await part.prepare?.();
  }

  /** Starts one after the other, until the signal says otherwise. */
  async start(signal: AbortSignal): Promise<void> {
    for (const part of this.#made) {
      signal.throwIfAborted();
      await part.start();
    }
  }

  stop(): void {
    for (const part of this.#made) part.stop();
  }

  /** Lets all finish what they have begun; tells how much was not finished in time. */
  async finish(timeoutMs: number): Promise<number> {
    const unfinished = await Promise.all(this.#made.map((part) => part.finish({ timeoutMs })));
    return unfinished.reduce((sum, each) => sum + each, 0);
  }

  get health(): readonly PartHealth[] {
    return this.#made.flatMap((part) => part.health?.() ?? []);
  }
}
