import type { TestContext } from 'node:test';
import type { Result } from 'waybill';
import { connect } from '../support/stage/connect.js';
import { until } from '../support/until.js';
import type { Chance } from './chance.js';
import type { EffectServer } from './effect-server.js';
import type { Span } from './troubles.js';

/** How many calls are under way at once. */
const lanes = 100;

/** Every so-manieth call has one attempt, of a second: it may end without an answer while something is wrong. */
const impatientEach = 10;
const impatient = { timeoutMs: 1_000, maxRetry: 0 };
const patient = { timeoutMs: 202_000, attemptTimeoutMs: 2_000, maxRetry: 100 };

/** A call that is over. */
export interface SettledCall extends Span {
  readonly number: number;
  readonly result: Result;
}

/** Numbered calls, a hundred at once, with what became of each. */
export class Calls {
  readonly settled: SettledCall[] = [];
  readonly unsettled: Set<number> = new Set();
  /** Those that waited when a server was killed. */
  readonly unansweredAtKills: Set<number> = new Set();
  onSettled: (call: SettledCall) => void = () => {};
  readonly #total: number;
  readonly #call: (number: number) => Promise<Result>;
  #next = 0;

  private constructor(total: number, call: (number: number) => Promise<Result>) {
    this.#total = total;
    this.#call = call;
  }

  static async to(
    t: TestContext,
    { Caller }: EffectServer,
    url: string,
    total: number,
    chance: Chance,
  ): Promise<Calls> {
    const caller = await connect(t, { url }, Caller, { heartbeatSeconds: 1 });
    // Some take longer than it takes to come back.
    const restMs = (): number => (chance.next() < 0.01 ? 400 : chance.between(0, 3));
    return new Calls(total, (number) => {
      const patience = isImpatient(number) ? impatient : patient;
      return caller.with(patience).rpc_count(number, restMs());
    });
  }

  start(): void {
    for (let lane = 0; lane < lanes; lane++) void this.#run();
  }

  noteKill(): void {
    for (const number of this.unsettled) this.unansweredAtKills.add(number);
  }

  /** Resolves when the impatient ones that are under way now have ended, answered or not. */
  async waitForImpatient(): Promise<void> {
    const underWay = [...this.unsettled].filter(isImpatient);
    const ended = (): boolean => !underWay.some((number) => this.unsettled.has(number));
    await until(ended, { what: 'impatient calls have ended', limitMs: 10_000 });
  }

  async #run(): Promise<void> {
    while (this.#next < this.#total) {
      const number = this.#next++;
      this.unsettled.add(number);
      const from = performance.now();
      const result = await this.#call(number);
      this.unsettled.delete(number);
      const call = { number, result, from, to: performance.now() };
      this.settled.push(call);
      this.onSettled(call);
    }
  }
}

/** Whether a call may end without an answer while something is wrong. */
export function isImpatient(number: number): boolean {
  return number % impatientEach === 0;
}
