import { listenHost } from '../../common/listen-host.js';
import { type Bounds, duration, wholeNumber } from '../../common/numbers.js';
import { checkedBuckets } from './buckets.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What async-worker reads from the environment, under the same names. An option in the program beats it.
 */
export interface AppSettings {
  /** `ASYNCWORKER_FLUSH_TIMEOUT`, in seconds there. @default 60,000 */
  readonly flushIntervalMs: number;
  /** `ASYNCWORKER_AMQP_DEFAULT_VHOST`. */
  readonly vhost: string | undefined;
  /** `ASYNCWORKER_AMQP_DEFAULT_PORT`. */
  readonly amqpPort: number | undefined;
  /** `ASYNCWORKER_AMQP_DEFAULT_PREFETCH_COUNT`. @default 128 */
  readonly prefetch: number;
  /** `ASYNCWORKER_AMQP_DEFAULT_HEARTBEAT`, in seconds. */
  readonly heartbeatSeconds: number | undefined;
  /** `ASYNCWORKER_HTTP_HOST`. @default 127.0.0.1 */
  readonly httpHost: string;
  /** `ASYNCWORKER_HTTP_PORT`. @default 8080 */
  readonly httpPort: number;
  /** True where one of these two is set: then there is a server, whether or not there are routes for it. */
  readonly isHttpAsked: boolean;
  /** `ASYNCWORKER_METRICS_ROUTE_ENABLED`: false for `0` and `false`. @default true */
  readonly metricsEnabled: boolean;
  /** `ASYNCWORKER_METRICS_ROUTE_PATH`. @default /metrics */
  readonly metricsPath: string;
  /** `ASYNCWORKER_METRICS_NAMESPACE`. @default asyncworker */
  readonly metricsNamespace: string;
  /** `ASYNCWORKER_METRICS_APPPREFIX`. @default '' */
  readonly metricsAppPrefix: string;
  /** `ASYNCWORKER_METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS`: numbers, separated by commas. */
  readonly metricsBucketsMs: readonly number[];
}

const portBounds: Bounds = { min: 0, max: 65_535 };

/** AMQP carries heartbeats and prefetch counts in 16 bits. */
const heartbeatBounds: Bounds = { min: 0, max: 65_535 };
const prefetchBounds: Bounds = { min: 1, max: 65_535 };

/** Reads the settings. @throws ConfigurationError for a value that is no such number where one is needed, naming the variable */
export function readSettings(env: Environment = process.env): AppSettings {
  return {
    flushIntervalMs: secondsIn(env, 'ASYNCWORKER_FLUSH_TIMEOUT', 60) * 1_000,
    vhost: env['ASYNCWORKER_AMQP_DEFAULT_VHOST'] || undefined,
    amqpPort: wholeIn(env, 'ASYNCWORKER_AMQP_DEFAULT_PORT', portBounds),
    prefetch: wholeIn(env, 'ASYNCWORKER_AMQP_DEFAULT_PREFETCH_COUNT', prefetchBounds) ?? 128,
    heartbeatSeconds: wholeIn(env, 'ASYNCWORKER_AMQP_DEFAULT_HEARTBEAT', heartbeatBounds),
    httpHost: listenHost('ASYNCWORKER_HTTP_HOST', env['ASYNCWORKER_HTTP_HOST'] || '127.0.0.1'),
    httpPort: wholeIn(env, 'ASYNCWORKER_HTTP_PORT', portBounds) ?? 8080,
    isHttpAsked: Boolean(env['ASYNCWORKER_HTTP_HOST'] || env['ASYNCWORKER_HTTP_PORT']),
    metricsEnabled: !/^(0|false)$/i.test(env['ASYNCWORKER_METRICS_ROUTE_ENABLED'] ?? ''),
    metricsPath: env['ASYNCWORKER_METRICS_ROUTE_PATH'] || '/metrics',
    metricsNamespace: env['ASYNCWORKER_METRICS_NAMESPACE'] ?? 'asyncworker',
    metricsAppPrefix: env['ASYNCWORKER_METRICS_APPPREFIX'] ?? '',
    metricsBucketsMs: bucketsIn(env, 'ASYNCWORKER_METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS'),
  };
}

function wholeIn(env: Environment, name: string, bounds: Bounds): number | undefined {
  const value = numberIn(env, name);
  return value === undefined ? undefined : wholeNumber(variable(name), value, bounds);
}

function secondsIn(env: Environment, name: string, otherwise: number): number {
  return duration(`${variable(name)}, in seconds,`, numberIn(env, name) ?? otherwise);
}

/** The number that a text stands for; the text itself where it stands for none, for whoever has to say so. */
function numberIn(env: Environment, name: string): unknown {
  const text = env[name]?.trim();
  return text ? asNumber(text) : undefined;
}

function asNumber(text: string): unknown {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

/** Reads bounds as async-worker takes them, in brackets or without. A bound without end is always there. */
function bucketsIn(env: Environment, name: string): readonly number[] {
  const text = env[name]?.replace(/^\s*\[|\]\s*$/g, '').trim() || '10, 50, 100, 200, 500, 1000, 5000';
  const bounds = text.split(',').map((each) => asNumber(each.trim()) as number);
  return checkedBuckets(
    variable(name),
    bounds.filter((bound) => bound !== Infinity),
  );
}

function variable(name: string): string {
  return `The environment variable ${name}`;
}
