import type { IdentityOptions, Middleware } from '../component/index.js';
import type { Forwards } from '../delaying/index.js';
import type { Logger } from '../logger.js';
import type { NamedConnection } from './connections.js';
import type { HttpServerOptions } from './http/http-options.js';
import type { MetricsOptions } from './metrics/metrics-options.js';

/** How an app is made. */
export interface AppOptions<State extends object = Record<string, unknown>> {
  /** The app's name, for logs and for the broker's management page. @default 'app' */
  readonly name?: string | undefined;
  /** Where messages come from and go to. More may be added until the app starts. */
  readonly connections?: readonly NamedConnection[] | undefined;
  /** What handlers and hooks share. It may be changed at any time. @default an empty object */
  readonly state?: State | undefined;
  /**
   * How long the end may take, in milliseconds: handlers that run may finish, then the shutdown hooks run, for which a fourth of it
   * is kept, 5,000 at most. @default 8,000
   */
  readonly shutdownTimeoutMs?: number | undefined;
  /** Where HTTP is served. There is a server when there are routes for it, or this is given, even as `{}`. */
  readonly http?: HttpServerOptions | undefined;
  /**
   * How the app is measured, for Prometheus at /metrics: with prom-client, where there is a server or a metric of one's own;
   * `false` for not at all. @default env `ASYNCWORKER_METRICS_ROUTE_ENABLED`, else on
   */
  readonly metrics?: MetricsOptions | false | undefined;
  /** What stands around its handlers of messages, and around `put` of its connections, within what its class has. */
  readonly middleware?: readonly Middleware[] | undefined;
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default as its class says, and that says yes */
  readonly telemetry?: boolean | undefined;
  /** Which key signs what its connections put, and whether what comes is trusted. See docs/identity.md. @default as its class says, and that says nothing */
  readonly identity?: IdentityOptions | undefined;
  /** Whether it sends on late messages that are due. See {@link Forwards}. @default as its class says, and that says 'auto' */
  readonly forwards?: Forwards | undefined;
  /** Where the app logs. @default warnings and errors to stderr; everything where debugging was asked for */
  readonly logger?: Logger | undefined;
}
