import { duration, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import type { CallOptions } from '../../rpc/index.js';
import type { Encoder } from '../../wire/index.js';
import type { Eks } from '../destinations.js';
import type { CallSettings } from './producer-options.js';

/** What a producer's class says of all its messages and calls. */
export interface SendingDefaults {
  readonly name: string;
  readonly eks: Eks;
  readonly encoder: Encoder;
  readonly replyQueue: 'direct' | 'per-call';
  readonly rpcTimeoutMs: number;
  readonly maxRetry: number;
}

/**
 * Where a message goes: `eks` beats `key`; `key` alone goes to the first exchange of the class; else to all of the class
 * (D1, P-B15).
 * @throws ConfigurationError when there is no destination.
 */
export function destinationsOf({ eks, key }: CallSettings, defaults: SendingDefaults): Eks {
  const [first] = defaults.eks;
  const chosen = eks ?? (key !== undefined && first ? [[first[0], key] as const] : defaults.eks);
  if (chosen.length > 0) return chosen;
  throw new ConfigurationError(
    `${defaults.name} has no destination: write static override readonly eks = [[SomeExchange, 'key']] as const.`,
  );
}

/**
 * How a call waits. A time of less than nothing, or null in plain JavaScript, means the class's own (P-B22, P-C19).
 * @throws ConfigurationError for numbers that are none
 */
export function callOptionsOf(settings: CallSettings, defaults: SendingDefaults): CallOptions {
  const { timeoutMs, maxRetry, signal } = settings;
  return {
    timeoutMs: duration(
      `${defaults.name}: rpcTimeoutMs`,
      typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : defaults.rpcTimeoutMs,
    ),
    maxRetry: wholeNumber(`${defaults.name}: maxRetry`, maxRetry ?? defaults.maxRetry),
    signal,
  };
}
