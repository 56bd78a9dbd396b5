import type { Asked, NodeAnswer, SenderFigures } from '../network/index.js';
import type { Flow } from './told.js';

type Answers = readonly NodeAnswer<Asked['senders']>[];

/** So much of what was counts at the next look: shares of a few seconds would flicker. */
const kept = 0.8;
/** More are not drawn, and hardly read. */
const mostFlows = 5_000;

interface Grown {
  count: number;
  failed: number;
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
  #before = new Map<string, SenderFigures>();
  /** What was lately, the last look most. */
  #lately = new Map<string, Grown>();
  #at = 0;
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

  /** Takes what was answered. @param now in milliseconds, by a clock that never goes back */
  take(answers: Answers, now: number = performance.now()): void {
    const seconds = (now - this.#at) / 1_000;
    const told = new Map<string, SenderFigures>();
    const joined = new Map<string, Joined>();
    for (const { node, components } of answers)
      for (const { ref, name, senders } of components)
        for (const row of senders) {
          const words = [row.sender, row.version, row.message];
          const key = JSON.stringify([node.id, ref, ...words]);
          told.set(key, row);
          join(joined, JSON.stringify([...words, name]), {
            row,
            to: name,
            before: this.#before.get(key),
          });
        }
    this.#before = told;
    this.#at = now;
    this.#lately = new Map(
      [...joined].map(([key, each]) => [key, weighed(this.#lately.get(key), each.grown)]),
    );
    this.#rows = [...joined]
      .sort(([, one], [, other]) => other.count - one.count)
      .slice(0, mostFlows)
      .map(([key, each]) => flowOf(each, seconds, this.#lately.get(key)));
  }
}

/** Instances of a name are one. */
function join(
  joined: Map<string, Joined>,
  key: string,
  { row, to, before }: Pick<Joined, 'row' | 'to'> & { readonly before: SenderFigures | undefined },
): void {
  const known = joined.get(key) ?? { row, to, count: 0, failed: 0, lastAt: '', grown: undefined };
  joined.set(key, known);
  known.count += row.count;
  known.failed += row.failed;
  if (row.lastAt > known.lastAt) known.lastAt = row.lastAt;
  if (!before) return;
  known.grown ??= { count: 0, failed: 0 };
  known.grown.count += Math.max(0, row.count - before.count);
  known.grown.failed += Math.max(0, row.failed - before.failed);
}

function weighed(before: Grown | undefined, grown: Grown | undefined): Grown {
  const { count = 0, failed = 0 } = before ?? {};
  return { count: count * kept + (grown?.count ?? 0), failed: failed * kept + (grown?.failed ?? 0) };
}

function flowOf(
  { row, to, count, failed, lastAt, grown }: Joined,
  seconds: number,
  lately: Grown | undefined,
): Flow {
  const all = lately && lately.count > 0.5 ? lately : { count, failed };
  return {
    ...row,
    to,
    count,
    failed,
    lastAt,
    rate: grown && seconds > 0 ? Number((grown.count / seconds).toPrecision(3)) : undefined,
    failing: all.count === 0 ? undefined : Math.min(1, all.failed / all.count),
  };
}
