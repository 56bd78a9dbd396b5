import type { LinkHealth } from '../../amqp/index.js';

/** Where an app is in its life. */
export type AppState = 'new' | 'starting' | 'running' | 'stopping' | 'stopped';

/** One link of a connection, as the broker tells it. */
export interface AmqpHealth extends LinkHealth {
  /** The connection's name, where it has one. */
  readonly name: string | undefined;
  /** The virtual host that the link is connected to. */
  readonly vhost: string;
}

/** How a part is. */
export interface PartHealth {
  /** What the part is, for people. */
  readonly name: string;
  /** False while the part cannot do its work. */
  readonly ok: boolean;
  /** Why the part is not well. */
  readonly error?: string;
}

/** How an app is. */
export interface AppHealth {
  /** True while the app runs and all that it needs is there. */
  readonly ok: boolean;
  /** Where it stands between its start and its end. */
  readonly state: AppState;
  /** Each link to a broker, as the broker tells it. */
  readonly amqp: readonly AmqpHealth[];
  /** The other parts that can be unwell. */
  readonly parts: readonly PartHealth[];
}
