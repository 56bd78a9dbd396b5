import type { Asked, NodeAnswer, SenderFigures } from '../network/index.js';
import type { Flow } from './told.js';

type Answers = readonly NodeAnswer<Asked['senders']>[];

/** So much of what was counts at the next look: shares of a few seconds would flicker. */
const kept = 0.8;
/** More are not drawn, and hardly read. */
const mostFlows = 5_000;
/** Who has not answered for so long begins anew. */
const forgetMs = 60_000;

/** What a component has told of one sender, and when. */
interface Before {
  readonly row: SenderFigures;
  readonly at: number;
}

interface Grown {
  count: number;
  failed: number;
  /** In a second. */
  rate: number;
}

interface Joined {
  readonly row: SenderFigures;
  readonly to: string;
  count: number;
  failed: number;
  lastAt: string;
  /** Since the look before; undefined where there was none. */
  grown: Grown | undefined;
}

/** Who sends what to whom, and how much of it: told by those who receive it, each time that they are asked. */
export class Flows {
  /** What each component has told of each sender the last time. */
  #before = new Map<string, Before>();
  /** What was lately, the last look most. */
  #lately = new Map<string, Grown>();
  #rows: readonly Flow[] = [];

  /** As of the last answers, the busiest first. */
  get rows(): readonly Flow[] {
    return this.#rows;
  }

  /** Forgets the last look: rates over a time in which nobody looked would tell nothing. */
  pause(): void {
    this.#before = new Map();
    this.#lately = new Map();
  }

  /** Takes what was answered. @param at in milliseconds, by a clock that never goes back */
  take(answers: Answers, at: number = performance.now()): void {
    const joined = new Map<string, Joined>();
    for (const { node, components } of answers)
      for (const { ref, name, senders } of components)
        for (const row of senders) {
          const words = [row.sender, row.version, row.message];
          const key = JSON.stringify([node.id, ref, ...words]);
          const grown = grownSince(this.#before.get(key), { row, at });
          this.#before.set(key, { row, at });
          join(joined, JSON.stringify([...words, name]), { row, to: name, grown });
        }
    // Who was busy this time tells more the next time.
    for (const [key, before] of this.#before) if (at - before.at > forgetMs) this.#before.delete(key);
    this.#lately = new Map(
      [...joined].map(([key, { grown }]) => [key, weighed(this.#lately.get(key), grown)]),
    );
    this.#rows = [...joined]
      .sort(([, one], [, other]) => other.count - one.count)
      .slice(0, mostFlows)
      .map(([key, each]) => flowOf(each, this.#lately.get(key)));
  }
}

function grownSince(before: Before | undefined, { row, at }: Before): Grown | undefined {
  if (!before || at <= before.at) return undefined;
  const count = Math.max(0, row.count - before.row.count);
  const failed = Math.max(0, row.failed - before.row.failed);
  return { count, failed, rate: (count * 1_000) / (at - before.at) };
}

/** Instances of a name are one. */
function join(
  joined: Map<string, Joined>,
  key: string,
  { row, to, grown }: Pick<Joined, 'row' | 'to' | 'grown'>,
): void {
  const known = joined.get(key) ?? { row, to, count: 0, failed: 0, lastAt: '', grown: undefined };
  joined.set(key, known);
  known.count += row.count;
  known.failed += row.failed;
  if (row.lastAt > known.lastAt) known.lastAt = row.lastAt;
  if (grown) known.grown = sum(known.grown, grown);
}

function sum(one: Grown | undefined, other: Grown | undefined, weight: number = 1): Grown {
  return {
    count: (one?.count ?? 0) * weight + (other?.count ?? 0),
    failed: (one?.failed ?? 0) * weight + (other?.failed ?? 0),
    rate: (one?.rate ?? 0) * weight + (other?.rate ?? 0),
  };
}

function weighed(before: Grown | undefined, grown: Grown | undefined): Grown {
  return sum(before, grown, kept);
}

function flowOf({ row, to, count, failed, lastAt, grown }: Joined, lately: Grown | undefined): Flow {
  const all = lately && lately.count >= 1 ? lately : { count, failed };
  const rate = grown && Number(grown.rate.toPrecision(3));
  const failing = all.count === 0 ? undefined : Math.min(1, all.failed / all.count);
  return { ...row, to, count, failed, lastAt, rate, failing };
}
