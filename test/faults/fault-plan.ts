import type { Chance } from './chance.js';

/** Something that goes wrong, and is over when its promise resolves. */
export interface Fault {
  readonly name: string;
  strike(): Promise<void>;
}

/** Faults that strike one after the other while work goes on, in an order and at moments that chance has chosen. */
export class FaultPlan {
  readonly #steps: { readonly at: number; readonly fault: Fault }[];
  readonly #struck: string[] = [];
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;

  /** @param total the amount of work: each fault has its own part of it, in which it strikes. */
  constructor(chance: Chance, total: number, faults: readonly Fault[]) {
    const part = total / (faults.length + 1);
    this.#steps = chance.shuffled(faults).map((fault, index) => {
      return { at: Math.floor((index + 0.5 + chance.next() * 0.5) * part), fault };
    });
  }

  /** So much of the work is done: what was planned for that, when the faults before it are over. */
  progressed(done: number): void {
    while (this.#steps[0] && this.#steps[0].at <= done) {
      const { fault } = this.#steps.shift() as { fault: Fault };
      this.#struck.push(fault.name);
      this.#last = this.#last.then(() => fault.strike());
      this.#last.catch(() => {
        this.#hasFailed = true;
      });
    }
  }

  /** A fault has failed itself, as a broker that did not start again: what is waited for may never come, and {@link finished} says why. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when all that struck is over. @throws Error when some never did, or failed. */
  async finished(): Promise<void> {
    await this.#last;
    if (this.#steps.length > 0) throw new Error(`${this.#steps.length} faults never struck`);
  }

  /** What has struck, for people: `10 cut, 1 stall`. */
  get summary(): string {
    const counts = new Map<string, number>();
    for (const name of this.#struck) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
  }

  /** How many have struck. */
  get struck(): number {
    return this.#struck.length;
  }
}
