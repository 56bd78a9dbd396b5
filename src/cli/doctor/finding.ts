import { logJson, type Output, shownText } from '../output.js';

/** How something is: well; well, but somebody should know; or not. */
export type Status = 'ok' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface Finding {
  readonly status: Status;
  /** What was looked at: `version`, `permission to write`, `queue orders`. */
  readonly check: string;
  /** How it is, in a sentence. */
  readonly text: string;
  /** What follows from it. */
  readonly facts?: readonly string[];
  /** What to do, where there is something to do. */
  readonly advice?: string;
}

/** Prints findings as they come, and remembers whether one of them is bad. */
export class Findings {
  readonly #output: Output;
  readonly #json: boolean;
  readonly #counts: Record<Status, number> = { ok: 0, warn: 0, fail: 0 };

  constructor(output: Output, json: boolean) {
    this.#output = output;
    this.#json = json;
  }

  /** Whether something is not well. */
  get hasFailed(): boolean {
    return this.#counts.fail > 0;
  }

  /** Prints one. */
  add(finding: Finding): void {
    this.#counts[finding.status]++;
    if (this.#json) logJson(this.#output, finding);
    else for (const line of linesOf(finding)) this.#output.log(shownText(line));
  }

  /** Prints how many there were of each. */
  end(): void {
    const { ok, warn, fail } = this.#counts;
    if (!this.#json) this.#output.log(`${ok} ok, ${warn} to look at, ${fail} failed`);
  }
}

function linesOf({ status, check, text, facts = [], advice }: Finding): readonly string[] {
  return [
    `${status.padEnd(4)}  ${check}: ${text}`,
    ...facts.map((fact) => `      - ${fact}`),
    ...(advice === undefined ? [] : [`      -> ${advice}`]),
  ];
}
