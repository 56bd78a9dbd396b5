import type { Fault } from './fault-plan.js';

/** From when to when something went on, by `performance.now()`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Trouble {
  readonly name: string;
  readonly from: number;
  /** When the fault was over: from then on all may come back. */
  over: number;
  /** When all was back. */
  past: number;
}

/** Knows which faults were going on when, and so what may be the reason of what went wrong. */
export class Troubles {
  readonly #troubles: Trouble[] = [];

  /** The same fault, with its times noted. */
  watch({ name, strike }: Fault): Fault {
    const struck = async (): Promise<void> => {
      const never = Number.POSITIVE_INFINITY;
      const trouble = { name, from: performance.now(), over: never, past: never };
      this.#troubles.push(trouble);
      await strike();
      trouble.over = performance.now();
    };
    return { name, strike: struck };
  }

  /** All went well in this span: a fault that was over before it is past at its end. */
  wentWell({ from, to }: Span): void {
    for (const trouble of this.#troubles) {
      if (trouble.over <= from) trouble.past = Math.min(trouble.past, to);
    }
  }

  /** The names of the faults that were going on at some time in this span. */
  during({ from, to }: Span): readonly string[] {
    return this.#troubles.filter((each) => each.from <= to && from <= each.past).map(({ name }) => name);
  }
}
