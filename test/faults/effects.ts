import type { Notebook } from './notebook.js';

/** A run of a handler that cannot be undone, as programs/effect-server.ts writes it down. */
export interface Effect {
  readonly pid: string;
  /** Which call it was for. */
  readonly number: number;
  /** Whether the broker had delivered this request before and got no ack for it. */
  readonly redelivered: boolean;
}

/** All of them so far, in order. */
export function effectsIn(notes: Notebook): readonly Effect[] {
  return notes.lines.map((line) => {
    const [pid = '', number, redelivered] = line.split(' ');
    return { pid, number: Number(number), redelivered: redelivered === 'true' };
  });
}

/** What had its effect more than once. */
export interface Repeated {
  /** In the process that had done it before: its reply store should have answered. */
  readonly inOneProcess: readonly Effect[];
  /** The process that had done it was killed before its ack: the broker says that it delivered the request again. */
  readonly unacked: readonly Effect[];
  /** Its process was killed while the caller waited, and the caller has asked again: its request could not come back. */
  readonly unanswered: readonly Effect[];
  /** For no such reason. */
  readonly unexplained: readonly Effect[];
}

/** @param unansweredAtKills the calls without an answer when a server was killed. */
export function repeatedIn(effects: readonly Effect[], unansweredAtKills: ReadonlySet<number>): Repeated {
  const repeated: Record<keyof Repeated, Effect[]> = {
    inOneProcess: [],
    unacked: [],
    unanswered: [],
    unexplained: [],
  };
  const pidsOf = new Map<number, Set<string>>();
  for (const effect of effects) {
    const pids = pidsOf.get(effect.number) ?? new Set();
    pidsOf.set(effect.number, pids);
    if (pids.has(effect.pid)) repeated.inOneProcess.push(effect);
    else if (pids.size > 0) repeated[reasonOf(effect, unansweredAtKills)].push(effect);
    pids.add(effect.pid);
  }
  return repeated;
}

function reasonOf({ number, redelivered }: Effect, unansweredAtKills: ReadonlySet<number>): keyof Repeated {
  if (redelivered) return 'unacked';
  return unansweredAtKills.has(number) ? 'unanswered' : 'unexplained';
}
