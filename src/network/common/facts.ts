import type { HandlerRun } from '../../amqp/index.js';

/** A process, as it tells of itself: on one virtual host of one broker. */
export interface NodeFacts {
  /** By which it is known while it runs: random. */
  readonly id: string;
  /** The name of its machine, or of its container. */
  readonly host: string;
  /** The id that the operating system gave it. */
  readonly pid: number;
  /** The virtual host that it is connected to. */
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
  /** What it is called: its class, unless it was given a name. */
  readonly name: string;
  /** The style that it is written in. */
  readonly style: 'messaging' | 'workers' | 'registry' | 'app';
  /** `WAYBILL_NAME`, where it is set. */
  readonly service?: string;
  /** `WAYBILL_VERSION`, where it is set. */
  readonly version?: string;
  /** ISO 8601. */
  readonly since: string;
  /** Those from which it takes, or has been told to pause. */
  readonly queues: readonly QueueFacts[];
  /** What it has handlers for, in its own words; only what is known before messages come. */
  readonly handles: readonly string[];
}

/** A queue from which a component takes. */
export interface QueueFacts {
  /** The name of the queue. */
  readonly queue: string;
  /** How many unsettled messages the broker gives it at most. */
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
  /** The code of the error; its class where it has none. */
  readonly code: string;
  /** Its text, without passwords and of 300 characters at most. */
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What one handler has done since its component began. */
export interface HandlerFigures {
  /** The handler; `(none)` where none was found, `(others)` for all beyond the first 500. */
  readonly name: string;
  /** How many messages it has handled, failed ones included. */
  readonly done: number;
  /** How many of `done` have failed. */
  readonly failed: number;
  /** In milliseconds, as the others. */
  readonly averageMs: number;
  /** Within a quarter of the truth. */
  readonly p50Ms: number;
  /** Within a quarter of the truth. */
  readonly p99Ms: number;
  /** Of this handler; undefined where none has failed. */
  readonly lastError?: LastError;
}

/** What one sender has sent to a component, of one message. */
export interface SenderFigures {
  /** The name that its messages tell; `?` where they tell none. Whoever may publish can tell any. */
  readonly sender: string;
  /** The version that they tell, where they do. */
  readonly version?: string;
  /** The name of the message; `(none)` where it has none. */
  readonly message: string;
  /** How many of it have come and were handled, failed ones included. */
  readonly count: number;
  /** How many of `count` have failed. */
  readonly failed: number;
  /** ISO 8601. */
  readonly lastAt: string;
}

/** What a component does, and has done since it began. */
export interface ComponentFigures {
  /** By which it is known among those of its process. */
  readonly ref: string;
  /** What it is called. */
  readonly name: string;
  /** Whether its health is good now. */
  readonly ok: boolean;
  /** How many messages it has handled, failed ones included. */
  readonly done: number;
  /** How many of `done` have failed. */
  readonly failed: number;
  /** How many handlers run now. */
  readonly inflight: number;
  /** Delivered, and not begun. */
  readonly waiting: number;
  /** The queues from which it has been told to take nothing. */
  readonly paused: readonly string[];
  /** Each handler that has run. */
  readonly handlers: readonly HandlerFigures[];
}

/** What a process does. */
export interface NodeFigures {
  /** How long the process has run, in milliseconds. */
  readonly uptimeMs: number;
  /** In bytes. */
  readonly heapUsed: number;
  /** Its resident memory, in bytes. */
  readonly rss: number;
  /** How long the event loop was late, at worst, since it was told the last time; in milliseconds. */
  readonly loopDelayMs: number;
  /** How many messages are `waiting` to be sent, and how many were sent and are `unconfirmed`. */
  readonly outbox: { readonly waiting: number; readonly unconfirmed: number };
  /** How often a connection of its link was made again. */
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
  /** The name of the message. */
  readonly message: string;
  /** The queue that it came from. */
  readonly queue: string;
  /** Its `message_id`, where it has one. */
  readonly messageId?: string;
  /** Its `correlation_id`, where it has one: calls do. */
  readonly correlationId?: string;
  /** What has handled it; left out where nothing was found. */
  readonly handler?: string;
  /** Who has sent it, as the message tells: `name@host pid`. */
  readonly from: string;
  /** Whether the broker had delivered it before. */
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
  /** Whether it is there: `ref` and `name` of each component. */
  readonly ping: { readonly ref: string; readonly name: string };
  /** Who it is. */
  readonly info: ComponentFacts;
  /** What it does. */
  readonly stats: ComponentFigures;
  /** Whether it is well (`ok`), and all that its `health()` gives; `ref` and `name` say whose it is. */
  readonly health: {
    readonly ref: string;
    readonly name: string;
    readonly ok: boolean;
    readonly health: unknown;
  };
  /** The handlers that run now (`runs`), 500 at most; `ref` and `name` say whose they are. */
  readonly inflight: { readonly ref: string; readonly name: string; readonly runs: readonly RunFacts[] };
  /** Who has sent it what (`senders`), the busiest first; `ref` and `name` say to whom. */
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
  /** By which it is known among those of its process. */
  readonly ref: string;
  /** What it is called. */
  readonly name: string;
  /** Whether the order was carried out. */
  readonly ok: boolean;
  /** In words; why it is not done, where it is not. */
  readonly done: string;
}

/** What one process answers. */
export interface NodeAnswer<Told = unknown> {
  /** Who answers. */
  readonly node: NodeFacts;
  /** Of `stats` only. */
  readonly figures?: NodeFigures;
  /** What each of its components tells that was meant. */
  readonly components: readonly Told[];
  /** Why it does nothing of what was asked, where it does not. */
  readonly refused?: string;
}
