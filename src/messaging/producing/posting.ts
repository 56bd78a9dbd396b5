import { duration, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import type { CallOptions, Cancellation } from '../../rpc/index.js';
import type { Encoder } from '../../wire/index.js';
import type { Eks } from '../destinations.js';
import type { Wire } from '../wires/wire.js';
import type { CommandNames } from './built.js';
import type { Definition } from './definition.js';
import type { CallSettings } from './producer-options.js';

/** What a producer's class says of all its messages and calls. */
export interface SendingDefaults {
  readonly name: string;
  readonly eks: Eks;
  readonly contract: Definition | undefined;
  readonly names: CommandNames;
  readonly encoder: Encoder;
  readonly wire: Wire | undefined;
  readonly replyQueue: 'direct' | 'per-call';
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly rpcTimeoutMs: number | undefined;
  readonly maxRetry: number | undefined;
}

/**
 * Where a message goes: `eks` beats `key`; `key` alone goes to the first exchange of the class; else to all of the class, an event
 * by its own key.
 * @throws ConfigurationError when there is no destination.
 */
export function destinationsOf(
  { eks, key }: CallSettings,
  defaults: SendingDefaults,
  eventKey?: string,
): Eks {
  const [first] = defaults.eks;
  const usual = eventKey === undefined ? defaults.eks : byKey(defaults.eks, eventKey);
  const chosen = eks ?? (key !== undefined && first ? [[first[0], key] as const] : usual);
  if (chosen.length > 0) return chosen;
  throw new ConfigurationError(
    `${defaults.name} has no destination: write static override readonly eks = [[SomeExchange, 'key']] as const.`,
  );
}

/** n.b. two keys of one exchange are one destination then: the event would come twice. */
function byKey(eks: Eks, key: string): Eks {
  const exchanges = new Set(eks.map(([exchange]) => exchange));
  return [...exchanges].map((exchange) => [exchange, key] as const);
}

/** How many times a call is sent again where nobody says it, as in Postage. */
const usualRetries = 4;
/** How long each attempt waits in Postage where nobody says it. */
const postageAttemptMs = 30_000;

/**
 * How a call waits: what is said for the call alone comes first, then what its class says in Postage's words, then the budget of the
 * class. A time of less than nothing, or null in plain JavaScript, means the class's own.
 * @throws ConfigurationError for numbers that are none
 */
export function callOptionsOf(
  settings: CallSettings,
  defaults: SendingDefaults,
  cancellation?: Cancellation,
): CallOptions {
  const { name } = defaults;
  const maxRetry = wholeNumber(`${name}: maxRetry`, settings.maxRetry ?? defaults.maxRetry ?? usualRetries);
  const { timeoutMs, attemptTimeoutMs } = timesOf(settings, defaults, maxRetry);
  // n.b. one shape and no spread: to spread costs a call some microseconds.
  return { timeoutMs, attemptTimeoutMs, maxRetry, signal: settings.signal, scope: undefined, cancellation };
}

function timesOf(
  { timeoutMs, attemptTimeoutMs }: CallSettings,
  defaults: SendingDefaults,
  maxRetry: number,
): Pick<CallOptions, 'timeoutMs' | 'attemptTimeoutMs'> {
  const { name, rpcTimeoutMs } = defaults;
  if (isTime(timeoutMs)) return { timeoutMs: duration(`${name}: timeoutMs`, timeoutMs), attemptTimeoutMs };
  if (rpcTimeoutMs === undefined && defaults.maxRetry === undefined)
    return {
      timeoutMs: duration(`${name}: timeoutMs`, defaults.timeoutMs),
      attemptTimeoutMs: attemptTimeoutMs ?? defaults.attemptTimeoutMs,
    };
  const eachMs = attemptTimeoutMs ?? rpcTimeoutMs ?? postageAttemptMs;
  const checkedMs = duration(`${name}: rpcTimeoutMs`, eachMs);
  return { timeoutMs: checkedMs * (maxRetry + 1), attemptTimeoutMs: checkedMs };
}

function isTime(told: number | undefined): told is number {
  return typeof told === 'number' && told >= 0;
}
