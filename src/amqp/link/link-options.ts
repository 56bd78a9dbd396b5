import type { Logger } from '../../logger.js';
import type { ConnectionOptions } from '../connection/settings.js';
import type { OutboxLimits } from '../publishing/outbox.js';

/** How a link is made: where to, under which name, and where it writes what people should know. */
export interface LinkOptions extends ConnectionOptions {
  /** The connections' name in the broker's management page. @default the component's name, host and process id: `Mail@box 4711` */
  readonly connectionName?: string | undefined;
  /** How much may wait for the broker, and what happens to more. */
  readonly outbox?: OutboxLimits | undefined;
  /** Where the component logs. @default warnings and errors to stderr; everything where debugging was asked for */
  readonly logger?: Logger | undefined;
  /**
   * Connections for this component alone, instead of those that all components of the process with the same settings
   * share: for one that moves so much that it would hold up the others. @default false
   */
  readonly ownConnections?: boolean | undefined;
  /**
   * @internal For a component that answers calls: it publishes where it consumes, and an alarm holds up whoever does that. So those that
   * only consume have connections of their own.
   */
  readonly answersCalls?: boolean | undefined;
}
