import { ConfigurationError } from '../errors.js';

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

/** Reads the settings. @throws ConfigurationError for a value that is no number where one is needed */
export function readSettings(env: Environment = process.env): AppSettings {
  return {
    flushIntervalMs: (numberIn(env, 'ASYNCWORKER_FLUSH_TIMEOUT') ?? 60) * 1_000,
    vhost: env['ASYNCWORKER_AMQP_DEFAULT_VHOST'] || undefined,
    amqpPort: numberIn(env, 'ASYNCWORKER_AMQP_DEFAULT_PORT'),
    prefetch: numberIn(env, 'ASYNCWORKER_AMQP_DEFAULT_PREFETCH_COUNT') ?? 128,
    heartbeatSeconds: numberIn(env, 'ASYNCWORKER_AMQP_DEFAULT_HEARTBEAT'),
    httpHost: env['ASYNCWORKER_HTTP_HOST'] || '127.0.0.1',
    httpPort: numberIn(env, 'ASYNCWORKER_HTTP_PORT') ?? 8080,
    isHttpAsked: Boolean(env['ASYNCWORKER_HTTP_HOST'] || env['ASYNCWORKER_HTTP_PORT']),
    metricsEnabled: !/^(0|false)$/i.test(env['ASYNCWORKER_METRICS_ROUTE_ENABLED'] ?? ''),
    metricsPath: env['ASYNCWORKER_METRICS_ROUTE_PATH'] || '/metrics',
    metricsNamespace: env['ASYNCWORKER_METRICS_NAMESPACE'] ?? 'asyncworker',
    metricsAppPrefix: env['ASYNCWORKER_METRICS_APPPREFIX'] ?? '',
    metricsBucketsMs: bucketsIn(env, 'ASYNCWORKER_METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS'),
  };
}

function numberIn(env: Environment, name: string): number | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ConfigurationError(`The environment variable ${name} must be a number, and is '${text}'.`);
}

/** As async-worker takes it, in brackets, or without. One without end is always there. */
function bucketsIn(env: Environment, name: string): readonly number[] {
  const text = env[name]?.replace(/^\s*\[|\]\s*$/g, '') ?? '10, 50, 100, 200, 500, 1000, 5000';
  const bounds = text.split(',').map(Number);
  if (!bounds.some(Number.isNaN)) return bounds.filter(Number.isFinite);
  throw new ConfigurationError(
    `The environment variable ${name} must be numbers with commas, and is '${text}'.`,
  );
}
