import type { Around } from '../../component/index.js';
import type { Logger } from '../../logger.js';
import type { AppHealth, PartHealth } from './app-health.js';
import type { Meter } from './meter.js';

/** What the parts of an app have in common. */
export interface PartHost {
  /** The app's name, for logs and dossiers. */
  readonly name: string;
  readonly logger: Logger;
  readonly meter: Meter;
  /** What stands around the handling of messages. */
  readonly around: Around;
  /** Aborted when the app does not wait any longer for what runs. */
  readonly closing: AbortSignal;
  /** How the app is. */
  health(): Promise<AppHealth>;
  /** Ends the app in order. */
  drain(): Promise<void>;
}

/** Something that works while its app does: a source of messages, a server, a clock. */
export interface Part {
  /** Gets ready, before the start-up hooks: what is refused is refused before anything begins. Left out where there is nothing. */
  prepare?(): Promise<void>;
  /** Begins. Called once, after all start-up hooks are done. */
  start(): Promise<void>;
  /** Takes nothing new, at once. What runs goes on. Idempotent; may come before {@link start}. */
  stop(): void;
  /** Waits for what runs, up to `timeoutMs`, and tells how much was not finished. Comes after {@link stop}. Never rejects. */
  finish(options: { readonly timeoutMs: number }): Promise<number>;
  /** Whether it does what it is for. Left out by parts that cannot be unwell. */
  health?(): PartHealth;
}

/** Makes a part when the app starts: only then it is known which connections there are. Undefined where it is not needed. */
export type PartPlan = (host: PartHost) => Part | undefined;
