import type { ComponentFacts, ComponentFigures, NodeFacts, NodeFigures } from '../common/facts.js';

/**
 * How a process is: `up`; `busy` where it is connected and does not answer, since its event loop is blocked or it was stopped; `left` where
 * it has said that it ends; `gone` where its connection has ended without a word; `lost` the same where it was busy before: RabbitMQ gives
 * up who is silent for two heartbeats, and what it had goes to others.
 */
export type NodeState = 'up' | 'busy' | 'left' | 'gone' | 'lost';

/** A component as it was seen last. */
export interface SeenComponent {
  /** What it told of itself when it began, or was found. */
  readonly facts: ComponentFacts;
  /** What it told last of what it does; undefined before its first report. */
  readonly figures: ComponentFigures | undefined;
  /** Messages handled in a second, between the last two reports; undefined before there are two. */
  readonly rate: number | undefined;
  /** How many of them have failed, from 0 to 1. */
  readonly failing: number | undefined;
}

/** A process as it was seen last. */
export interface SeenNode {
  /** What it told of itself when it began, or was found. */
  readonly node: NodeFacts;
  /** How it is now. */
  readonly state: NodeState;
  /** When its state began, ISO 8601. */
  readonly stateSince: string;
  /** Why it has left, where it has. */
  readonly reason: string | undefined;
  /** What it told last of what it does; undefined before its first report. */
  readonly figures: NodeFigures | undefined;
  /** Its components, as they were seen last. */
  readonly components: readonly SeenComponent[];
  /** The names of its components where it has told nothing yet, and the broker has told of it: it was busy or frozen before it was looked for. */
  readonly unheard: readonly string[];
}

/** What has happened. */
export interface NetworkEvent {
  /** ISO 8601. */
  readonly at: string;
  /** A component or process has come (`join`) or ended (`leave`); a process does not answer (`busy`), does so again (`back`), or is no longer connected (`gone`, `lost`). */
  readonly kind: 'join' | 'leave' | 'busy' | 'back' | 'gone' | 'lost';
  /** The process that it is about. */
  readonly node: NodeFacts;
  /** The component that it is about; undefined where it is the process. */
  readonly name?: string;
  /** Why it has left, where it has said so. */
  readonly reason?: string;
}
