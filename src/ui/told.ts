import type {
  ComponentFacts,
  ComponentFigures,
  NetworkEvent,
  NodeFacts,
  NodeFigures,
  NodeState,
  RunFacts,
  SenderFigures,
} from '../network/index.js';
import type { FailedGroup } from '../parked/index.js';

/** One component, as far as the map and the table show it. */
export interface ComponentRow {
  /** Its process and its number there: `3f9c0a1b2d4e/2`. */
  readonly id: string;
  readonly name: string;
  readonly style: string;
  readonly version: string | undefined;
  readonly waybill: string;
  readonly since: string;
  readonly host: string;
  readonly pid: number;
  /** Of its process. */
  readonly state: NodeState;
  readonly stateSince: string;
  readonly ok: boolean;
  /** Of its queues: whether some of them were paused. */
  readonly paused: boolean;
  /** Messages a second; undefined before there are two reports. */
  readonly rate: number | undefined;
  /** Which share of the last half minute's has failed, from 0 to 1; undefined where there were none. */
  readonly failing: number | undefined;
  readonly inflight: number;
  readonly waiting: number;
  readonly done: number;
  readonly failed: number;
  /** Of its slowest handler. */
  readonly p99Ms: number;
  readonly loopMs: number;
  readonly queues: readonly string[];
}

/** Who is there, and how it is. */
export interface Overview {
  readonly at: string;
  readonly vhost: string;
  /** Whether there is a connection to the broker: without one all else is as it was before. */
  readonly connected: boolean;
  /** Whether anything may be changed: parked messages be sent back, edited and dropped, and components be ordered. */
  readonly mayWrite: boolean;
  readonly components: readonly ComponentRow[];
}

/** What one sender sends to the components of a name. */
export interface Flow extends SenderFigures {
  readonly to: string;
  /** Messages a second; undefined before it was asked for twice. */
  readonly rate: number | undefined;
  /** Which share of the last ones has failed, from 0 to 1; of all, where there are none. */
  readonly failing: number | undefined;
}

/** One of those that have a name. */
export interface Instance {
  readonly id: string;
  readonly node: NodeFacts;
  readonly state: NodeState;
  readonly stateSince: string;
  readonly facts: ComponentFacts;
  readonly figures: ComponentFigures | undefined;
  readonly process: NodeFigures | undefined;
  readonly rate: number | undefined;
  readonly failing: number | undefined;
}

/** A handler that runs, and where. */
export interface Run extends RunFacts {
  readonly component: string;
  readonly instance: string;
}

/** A queue as the broker tells of it. */
export interface QueueDepth {
  readonly queue: string;
  /** How many are ready; undefined where the broker does not tell. */
  readonly ready: number | undefined;
  readonly consumers: number | undefined;
  /** Why it does not tell. */
  readonly why?: string;
}

/** All that is known of the components of a name. */
export interface ComponentPage {
  readonly name: string;
  readonly instances: readonly Instance[];
  readonly runs: readonly Run[];
  readonly queues: readonly QueueDepth[];
  /** The ids of processes that should have told what runs and have not: busy, or gone. */
  readonly silent: readonly string[];
}

/** Why a message was parked, as its dossier tells it: anybody may have written that, so all of it is made text. */
export interface ParkedStory {
  readonly code: string | undefined;
  readonly error: string;
  readonly message: string;
  readonly causes: readonly string[];
  readonly handler: string | undefined;
  readonly attempts: number;
  /** ISO 8601, as a rule. */
  readonly failedAt: string;
}

/** A parked message, without its stack and its body. */
export interface ParkedSummary {
  readonly id: string;
  readonly message: string | undefined;
  readonly sender: string | undefined;
  readonly dossier: ParkedStory | undefined;
  readonly editedAt: string | undefined;
  readonly bytes: number;
  readonly correlationId: string | undefined;
}

/** A group of parked messages, and which they are. */
export interface ParkedGroup extends FailedGroup {
  readonly ids: readonly string[];
}

/** What is parked for a queue. */
export interface ParkedList {
  readonly queue: string;
  /** How many there are; as many as fit are in `messages`. */
  readonly total: number;
  readonly groups: readonly ParkedGroup[];
  readonly messages: readonly ParkedSummary[];
}

/** A queue for which something is parked. */
export interface ParkedCount {
  readonly queue: string;
  readonly parked: number;
}

/** What is parked, by queue. */
export interface ParkedOverview {
  readonly queues: readonly ParkedCount[];
  /** How many queues were looked at. */
  readonly looked: number;
}

/** A parked message, all of it. */
export interface ParkedDocument {
  readonly document: unknown;
  /** Its body as a person can change it; undefined where it is no text. */
  readonly text: string | undefined;
}

/** Messages that are being sent back. */
export interface ReplayJob {
  readonly id: string;
  readonly queue: string;
  readonly done: number;
  /** How many were meant. */
  readonly of: number;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly error: string | undefined;
}

/** What can be learned of one call or one message. */
export interface Trail {
  readonly id: string;
  readonly runs: readonly Run[];
  readonly parked: readonly (ParkedSummary & { readonly queue: string })[];
  /** In how many queues of parked messages it was looked for. */
  readonly looked: number;
  /** Those whose parked messages could not be looked at, or not all. */
  readonly unseen: readonly string[];
  readonly silent: readonly string[];
}

/** What the server tells on its own, by the name of the event. */
export interface LiveEvents {
  readonly overview: Overview;
  readonly flows: readonly Flow[];
  /** All that is known has happened; the oldest first. */
  readonly history: readonly NetworkEvent[];
  readonly happened: NetworkEvent;
  readonly job: ReplayJob;
}
