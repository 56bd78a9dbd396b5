import { duration } from '../../common/numbers.js';
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
   * Whether the network of components sees what takes messages by these connections: `waybill ps` and whoever watches. It costs one queue,
   * and no message at rest. See docs/network.md. @default true; false where `WAYBILL_NETWORK` is `off`
   */
  readonly network?: boolean | NetworkOptions | undefined;
  /**
   * @internal For a component that answers calls: it publishes where it consumes, and an alarm holds up whoever does that. So those that
   * only consume have connections of their own.
   */
  readonly answersCalls?: boolean | undefined;
}

/** How a process joins the network of components. */
export interface NetworkOptions {
  /** How long after its start, in milliseconds. @default 1,500 to 4,500, by chance: many that start together do not come at once */
  readonly joinAfterMs?: number | undefined;
  /** The file with the keys of those who may steer it. @default `WAYBILL_KEYS`; without one nobody may */
  readonly keys?: string | undefined;
}

/** The same, settled; undefined where the network shall not see it. @throws ConfigurationError */
export function networkTerms(network: LinkOptions['network']): NetworkTerms | undefined {
  const isSeen = Boolean(network ?? process.env['WAYBILL_NETWORK']?.toLowerCase() !== 'off');
  if (!isSeen) return undefined;
  const { joinAfterMs = 1_500 + Math.round(Math.random() * 3_000), keys = process.env['WAYBILL_KEYS'] } =
    typeof network === 'object' ? network : {};
  return { joinAfterMs: duration('network: joinAfterMs', joinAfterMs), keys };
}

/** @see NetworkOptions */
export interface NetworkTerms {
  readonly joinAfterMs: number;
  readonly keys: string | undefined;
}
