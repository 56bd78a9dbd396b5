/** What the bench asks of a process of a candidate; it answers each in turn. */
export type Command =
  | { readonly ask: 'run'; readonly count: number }
  | { readonly ask: 'begin' }
  | { readonly ask: 'report' }
  | { readonly ask: 'close' };

/** What a process says of the time since `begin`. */
export interface PartReport {
  /** User and system time of the whole process. */
  readonly cpuMs: number;
  /** Of the last `run`; 0 for a server. */
  readonly elapsedMs: number;
  /** Half of the messages or calls took no longer. */
  readonly p50Ms: number;
  /** 99 of 100 took no longer. */
  readonly p99Ms: number;
  /** What a server has handled since it began. */
  readonly handled: number;
  /** The whole process. */
  readonly residentBytes: number;
  /** What is alive on V8's heap; what is not is collected before, with `--expose-gc`. 0 for a process without V8. */
  readonly heapBytes: number;
}

/** What a process sends: an answer to each command, and one to begin with, when it is ready. */
export type Answer = { readonly report?: PartReport } | { readonly error: string };
