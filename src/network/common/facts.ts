import type { HandlerRun } from '../../amqp/index.js';

/** A process, as it tells of itself: on one virtual host of one broker. */
export interface NodeFacts {
  /** By which it is known while it runs: random. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly vhost: string;
  /** ISO 8601. */
  readonly since: string;
  /** Of Waybill. */
  readonly waybill: string;
  /** Of Node.js. */
  readonly node: string;
}

/** A component, as it tells of itself. */
export interface ComponentFacts {
  /** By which it is known among those of its process: `2`. */
  readonly ref: string;
  readonly name: string;
  readonly style: 'messaging' | 'workers' | 'registry' | 'app';
  /** `WAYBILL_NAME`, where it is set. */
  readonly service?: string;
  /** `WAYBILL_VERSION`, where it is set. */
  readonly version?: string;
  /** ISO 8601. */
  readonly since: string;
  readonly queues: readonly QueueFacts[];
  /** What it has handlers for, in its own words; only what is known before messages come. */
  readonly handles: readonly string[];
}

/** A queue from which a component takes. */
export interface QueueFacts {
  readonly queue: string;
  readonly prefetch: number;
  /** How many handlers run at once; null where it is no number of its own, as for batches. */
  readonly concurrency: number | null;
  /** Whether the broker delivers from it now. */
  readonly active: boolean;
  /** Whether somebody has paused it. */
  readonly paused: boolean;
}

/** The last failure of a handler. */
export interface LastError {
  readonly code: string;
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What one handler has done since its component began. */
export interface HandlerFigures {
  readonly name: string;
  readonly done: number;
  /** How many of `done` have failed. */
  readonly failed: number;
  /** In milliseconds, as the others. */
  readonly averageMs: number;
  /** Within a quarter of the truth. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastError?: LastError;
}

/** What one sender has sent to a component, of one message. */
export interface SenderFigures {
  /** The name that its messages tell; `?` where they tell none. Whoever may publish can tell any. */
  readonly sender: string;
  /** The version that they tell, where they do. */
  readonly version?: string;
  readonly message: string;
  readonly count: number;
  /** How many of `count` have failed. */
  readonly failed: number;
  /** ISO 8601. */
  readonly lastAt: string;
}

/** What a component does, and has done since it began. */
export interface ComponentFigures {
  readonly ref: string;
  readonly name: string;
  readonly ok: boolean;
  readonly done: number;
  readonly failed: number;
  readonly inflight: number;
  /** Delivered, and not begun. */
  readonly waiting: number;
  readonly paused: readonly string[];
  readonly handlers: readonly HandlerFigures[];
}

/** What a process does. */
export interface NodeFigures {
  readonly uptimeMs: number;
  /** In bytes. */
  readonly heapUsed: number;
  readonly rss: number;
  /** How long the event loop was late, at worst, since it was told the last time; in milliseconds. */
  readonly loopDelayMs: number;
  /** Messages that wait to be sent, and that were sent and are not confirmed. */
  readonly outbox: { readonly waiting: number; readonly unconfirmed: number };
  readonly reconnects: number;
  /** Orders that were not carried out, since nobody had signed them who may steer it. */
  readonly refusedOrders: number;
}

/** A handler that runs. */
export interface RunFacts extends HandlerRun {
  /** Whether the message has come before. */
  readonly redelivered: boolean;
}

/** One run of a message that is followed. */
export interface TracedRun {
  /** When it was done, ISO 8601. */
  readonly at: string;
  readonly message: string;
  readonly queue: string;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly handler?: string;
  /** Who has sent it, as the message tells: `name@host pid`. */
  readonly from: string;
  readonly redelivered: boolean;
  /** How long it ran, in milliseconds. */
  readonly ms: number;
  /** How long a call had waited at the broker, in milliseconds, as far as its caller tells; else 0. */
  readonly waitedMs: number;
  /** The names of its headers. */
  readonly headers: readonly string[];
  /** What it failed of, where it has. */
  readonly error?: LastError;
}

/** What is asked, and what each component tells. */
export interface Asked {
  readonly ping: { readonly ref: string; readonly name: string };
  readonly info: ComponentFacts;
  readonly stats: ComponentFigures;
  readonly health: {
    readonly ref: string;
    readonly name: string;
    readonly ok: boolean;
    readonly health: unknown;
  };
  readonly inflight: { readonly ref: string; readonly name: string; readonly runs: readonly RunFacts[] };
  readonly senders: {
    readonly ref: string;
    readonly name: string;
    readonly senders: readonly SenderFigures[];
  };
}

/** A question that changes nothing. */
export type Question = keyof Asked;

/** What a component has done of an order. */
export interface Obeyed {
  readonly ref: string;
  readonly name: string;
  readonly ok: boolean;
  /** In words; why it is not done, where it is not. */
  readonly done: string;
}

/** What one process answers. */
export interface NodeAnswer<Told = unknown> {
  readonly node: NodeFacts;
  /** Of `stats` only. */
  readonly figures?: NodeFigures;
  readonly components: readonly Told[];
  /** Why it does nothing of what was asked, where it does not. */
  readonly refused?: string;
}
