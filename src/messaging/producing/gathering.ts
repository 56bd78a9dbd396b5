import { cut } from '../../common/foreign-text.js';
import { CancelledError, ClosedError, isWaybillError, type WaybillError } from '../../errors.js';
import type { Present, Roster } from '../../network/index.js';
import type { ReplyQueue } from '../../rpc/index.js';
import type { Result } from '../../wire/index.js';

/** Who has answered, or has not: as its fingerprint tells. */
export interface Gatherer {
  /** The name of the component; `?` where an answer tells none. */
  readonly name: string;
  /** The host that its process runs on. */
  readonly host: string;
  /** The id of its process, as text. */
  readonly pid: string;
}

/** The answer of one of many. */
export interface GatheredAnswer<Answer = unknown> {
  /** Who has given it. */
  readonly from: Gatherer;
  /** The answer, or the error that its handler has thrown. */
  readonly result: Result<Answer>;
}

/** Somebody who was there and has not answered. */
export interface MissingAnswer extends Gatherer {
  /** Whether its process is still connected: then it is busy, or its handler is slow; else it is gone. */
  readonly isThere: boolean;
}

/** What a `gather_x` ends with. */
export interface Gathered<Answer = unknown> {
  /** In the order in which they came. */
  readonly answers: readonly GatheredAnswer<Answer>[];
  /** By name, where it was known who was there (`expect: 'Desk'`); else nothing. */
  readonly missing: readonly MissingAnswer[];
  /**
   * Why it has ended: `all` have answered, or as many as were expected; `quorum` were enough; those who are missing are `gone`; `nobody` of the name
   * that is expected is known (it is misspelt, or they have started in the last five seconds); none has come for `stallMs`; the time is over; or it could not be sent, or was given up (`failed`, see `error`).
   */
  readonly why: 'all' | 'quorum' | 'gone' | 'nobody' | 'stall' | 'timeout' | 'failed';
  /** What has gone wrong, where it has `failed`. */
  readonly error: WaybillError | undefined;
}

/** How often it is looked whether those are still there who have not answered. */
const lookMs = 1_000;

/** When a gather ends. */
export interface GatherPlan {
  /** The name of the components that are waited for. */
  readonly name: string | undefined;
  /** How many answers are waited for. */
  readonly count: number | undefined;
  readonly quorum: number | undefined;
  readonly stallMs: number;
  readonly timeoutMs: number;
  /** By `performance.now()`: what was asked before it was sent counts, too. */
  readonly endsAt: number;
  readonly signal: AbortSignal | undefined;
}

/** The answers of one gather as they come, and those who are still waited for. */
export class Gathering<Answer> {
  readonly #queue: ReplyQueue<Answer>;
  readonly #plan: GatherPlan;
  readonly #roster: Roster;
  /** Who has not answered yet; undefined where that is not known. */
  readonly #awaited: Set<Present> | undefined;
  readonly #gone = new Set<Present>();
  readonly #answers: GatheredAnswer<Answer>[] = [];
  readonly #endsAt: number;
  /** Whether nobody of the name is known who is waited for. */
  readonly #isNobody: boolean;
  #lookAt: number = performance.now() + lookMs;

  constructor(
    queue: ReplyQueue<Answer>,
    plan: GatherPlan,
    expected: readonly Present[] | undefined,
    roster: Roster,
  ) {
    this.#queue = queue;
    this.#plan = plan;
    this.#roster = roster;
    this.#awaited = expected && expected.length > 0 ? new Set(expected) : undefined;
    this.#endsAt = plan.endsAt;
    this.#isNobody = expected?.length === 0;
  }

  async end(): Promise<Gathered<Answer>> {
    const { signal } = this.#plan;
    const giveUp = (): void => void this.#queue.cancel(signal?.reason);
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    let why: Gathered['why'] | undefined = this.#whyOver();
    while (why === undefined) why = await this.#step();
    signal?.removeEventListener('abort', giveUp);
    // Who has answered is told, but nobody is to take that for all.
    if (this.#isNobody && (why === 'stall' || why === 'timeout')) why = 'nobody';
    const isComplete = why === 'all' || why === 'gone';
    if (isComplete) await this.#queue.close();
    else await this.#queue.cancel(`The gather has ended: ${why}.`);
    const error = why === 'failed' ? ended(signal) : undefined;
    return { answers: this.#answers, missing: await this.#missing(), why, error };
  }

  /** Takes the next answer, or finds that none comes in time. */
  async #step(): Promise<Gathered['why'] | undefined> {
    const now = performance.now();
    if (now >= this.#endsAt) return 'timeout';
    const timeoutMs = Math.max(0, Math.min(this.#endsAt, this.#restUntil(now)) - now);
    let come: Result<Answer> | undefined;
    const [last] = await this.#queue.collect({
      timeoutMs,
      onReply: (result) => {
        come = result as Result<Answer>;
      },
    });
    if (come) this.#take(come);
    else if (isWaybillError(last?.error, 'CLOSED')) return 'failed';
    else if (this.#isStalled(now)) return 'stall';
    if (this.#awaited && performance.now() >= this.#lookAt) await this.#look(this.#awaited);
    return this.#whyOver();
  }

  #restUntil(now: number): number {
    if (this.#awaited) return this.#lookAt;
    const isOpen = this.#plan.count === undefined && this.#answers.length > 0;
    return isOpen ? now + this.#plan.stallMs : Infinity;
  }

  /** Where nobody is known who is to answer, whoever answers late is not waited for. */
  #isStalled(since: number): boolean {
    const isOpen = !this.#awaited && this.#plan.count === undefined && this.#answers.length > 0;
    return isOpen && performance.now() - since >= this.#plan.stallMs - 1;
  }

  #take(result: Result<Answer>): void {
    const from = gathererOf(result);
    this.#answers.push({ from, result });
    const answered = [...(this.#awaited ?? [])].find((each) => isThat(each, from));
    if (answered) this.#awaited?.delete(answered);
  }

  async #look(awaited: Set<Present>): Promise<void> {
    for (const each of awaited) {
      if (await this.#roster.isThere(each)) continue;
      awaited.delete(each);
      this.#gone.add(each);
    }
    this.#lookAt = performance.now() + lookMs;
  }

  #whyOver(): 'all' | 'quorum' | 'gone' | undefined {
    const { quorum = Infinity, count = Infinity } = this.#plan;
    if (this.#answers.length >= count) return 'all';
    if (this.#awaited?.size === 0) return this.#gone.size > 0 ? 'gone' : 'all';
    return this.#answers.length >= quorum ? 'quorum' : undefined;
  }

  async #missing(): Promise<readonly MissingAnswer[]> {
    const awaited = [...(this.#awaited ?? [])];
    const looked = await Promise.all(
      awaited.map(async (each) => ({ ...nameOf(each), isThere: await this.#roster.isThere(each) })),
    );
    return [...looked, ...[...this.#gone].map((each) => ({ ...nameOf(each), isThere: false }))];
  }
}

/** Its answers tell who has given them. n.b. what comes may tell anything. */
function gathererOf(result: Result): Gatherer {
  const { fingerprint } = result.body as { readonly fingerprint?: unknown };
  const { name, host, pid } = Object(fingerprint) as Readonly<Record<string, unknown>>;
  return { name: cut(name ?? '?'), host: cut(host ?? '?'), pid: cut(pid ?? '?', 20) };
}

function nameOf({ name, node: { host, pid } }: Present): Gatherer {
  return { name, host, pid: String(pid) };
}

function isThat(present: Present, { name, host, pid }: Gatherer): boolean {
  const known = nameOf(present);
  return known.name === name && known.host === host && known.pid === pid;
}

function ended(signal: AbortSignal | undefined): WaybillError {
  return signal?.aborted
    ? new CancelledError('The gather was cancelled.', { cause: signal.reason })
    : new ClosedError('The producer was closed before all had answered.');
}
