import type { LinkOptions } from '../amqp/index.js';
import type { MiddlewareOption } from '../component/index.js';
import type { FingerprintLike } from '../wire/index.js';
import { nestLogger } from './logger.js';

/** What all components of the application have in common. */
export interface ComponentOptions extends LinkOptions, MiddlewareOption {
  /** Who they are: `{ name: 'shop' }` for a service. @default each bears the name of its class */
  readonly fingerprint?: FingerprintLike | undefined;
}

/** How Waybill works in an application. */
export interface WaybillModuleOptions extends ComponentOptions {
  /** How long handlers may go on when the application ends, in milliseconds. @default 8,000 */
  readonly drainTimeoutMs?: number | undefined;
}

/** The same without what is for the module alone, and with Nest's logger where none is given. */
export function componentOptions({
  drainTimeoutMs: _own,
  ...options
}: WaybillModuleOptions): ComponentOptions {
  return { ...options, logger: options.logger ?? nestLogger() };
}
