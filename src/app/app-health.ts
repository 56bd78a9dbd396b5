import type { AmqpHealth } from './amqp/amqp-connection.js';
import type { PartHealth } from './part.js';

/** Where an app is in its life. */
export type AppState = 'new' | 'starting' | 'running' | 'stopping' | 'stopped';

/** How an app is. */
export interface AppHealth {
  /** True while it runs and all that it needs is there. */
  readonly ok: boolean;
  readonly state: AppState;
  /** Each link to a broker, as the broker tells it. */
  readonly amqp: readonly AmqpHealth[];
  /** The other parts that can be unwell. */
  readonly parts: readonly PartHealth[];
}
