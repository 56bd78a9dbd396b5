import type { Scale } from './common/scale.js';

/** What each process of a candidate is told. */
export interface Assignment {
  /** The broker. */
  readonly url: string;
  /** How many messages or calls may be under way at once. */
  readonly inFlight: number;
  /** How large an envelope is, about. */
  readonly bodyBytes: number;
  /** Of what there are many; `spread` heeds it. @default one of each */
  readonly scale?: Scale | undefined;
}

/** One process of a candidate, connected and ready. */
export interface Part {
  /**
   * Moves `count` messages or makes `count` calls, and gives how long each took in milliseconds. A server has none.
   *
   * @throws Error when one was lost, came twice, or was answered with the answer to another.
   */
  run?(count: number): Promise<Float64Array>;
  /** How many calls a server has handled so far. */
  readonly handled?: number;
  /** Finishes what is under way and disconnects. */
  close(): Promise<void>;
}

/** What the module of each role exports, for each candidate alike. */
export interface Program {
  open(assignment: Assignment): Promise<Part>;
}

/**
 * `publish`, `announce` (status messages to nobody), `flow` (publish and consume), `spread` (the same over many handlers,
 * queues and producers), `batch` (consume in batches what is in the queue), `call`, `answer`.
 */
export type Role = 'publish' | 'announce' | 'flow' | 'spread' | 'batch' | 'call' | 'answer';
