import { choice } from '../common/choices.js';
import { duration, shown } from '../common/numbers.js';
import { ConfigurationError } from '../errors.js';
import { KeyRing } from './key-ring.js';
import type { UntrustedMessage } from './untrusted-count.js';

/** What becomes of a message that is not trusted: `off` nobody looks, `warn` the log tells of it, `enforce` it is refused. */
export type VerifyMode = 'off' | 'warn' | 'enforce';

/** Who a component is, as others can see for themselves; and whom it believes. See docs/identity.md. */
export interface IdentityOptions {
  /**
   * The key by which it signs what it sends, by its id; `true` for the last one in the file that may sign for it now, so that keys are
   * changed without a restart. @default nothing is signed
   */
  readonly sign?: string | boolean | undefined;
  /**
   * What becomes of messages, calls and answers that are not signed as they should be. A component that takes messages needs a key of its own
   * (`sign`) for `enforce`, by which it knows again what it has put aside itself. @default 'off'
   */
  readonly verify?: VerifyMode | undefined;
  /** The keys: a ring, or the path of a file. @default env `WAYBILL_KEYS`, the path of a file */
  readonly keys?: KeyRing | string | undefined;
  /**
   * Whether messages carry the user of the connection as `user_id`, which the broker looks at: nobody can use that of another. It costs
   * nothing, and says which user it is, not which component. @default false
   */
  readonly userId?: boolean | undefined;
  /** Under which name it sends, where no fingerprint in the body tells that. @default its own, as in logs */
  readonly name?: string | undefined;
  /**
   * How far the time at which a message was signed may be from that at which it comes for the first time, before and behind, in
   * milliseconds: longer than messages ever wait in its queues. `Infinity` looks at no time. @default 300,000
   */
  readonly windowMs?: number | undefined;
  /** Told of each message that is not trusted. What it throws is logged. */
  readonly onUntrusted?: ((message: UntrustedMessage) => void) | undefined;
}

const modes = ['off', 'warn', 'enforce'] as const;

/** Looks at what was given, in plain JavaScript, too. @throws ConfigurationError */
export function checkIdentity(owner: string, given: IdentityOptions): void {
  if (typeof given !== 'object')
    throw new ConfigurationError(`${owner}: identity must be an object and is ${shown(given)}.`);
  const { sign, verify, keys, userId, name, windowMs, onUntrusted } = given;
  if (verify !== undefined) choice(`${owner}: identity.verify`, verify, modes);
  if (windowMs !== undefined) duration(`${owner}: identity.windowMs`, windowMs, { min: 1 });
  if (sign !== undefined && typeof sign !== 'boolean') text(owner, 'sign', sign, 'the id of a key, or true');
  if (name !== undefined) text(owner, 'name', name, 'a name');
  if (keys !== undefined && !(keys instanceof KeyRing)) text(owner, 'keys', keys, 'a KeyRing or a path');
  if (userId !== undefined && typeof userId !== 'boolean')
    throw new ConfigurationError(`${owner}: identity.userId must be true or false and is ${shown(userId)}.`);
  if (onUntrusted !== undefined && typeof onUntrusted !== 'function')
    throw new ConfigurationError(`${owner}: identity.onUntrusted must be a function.`);
}

function text(owner: string, setting: string, value: unknown, what: string): void {
  if (typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 4_096) return;
  throw new ConfigurationError(`${owner}: identity.${setting} must be ${what} and is ${shown(value)}.`);
}
