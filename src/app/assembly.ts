import { DecoratedMethods } from '../component/index.js';
import { ConfigurationError } from '../errors.js';
import { AmqpConnection } from './amqp/amqp-connection.js';
import { AmqpRoutes } from './amqp/amqp-routes.js';
import type { AppOptions } from './app-options.js';
import { readSettings } from './common/settings.js';
import { type ConnectionOwner, Connections } from './connections.js';
import { HttpFront } from './http/http-front.js';
import { type Activity, AmqpMeter } from './metrics/amqp-meter.js';
import { HttpMeter } from './metrics/http-meter.js';
import { Metrics } from './metrics/metrics.js';
import { metricsRoute } from './metrics/metrics-route.js';
import { type Meter, noMeter } from './parts/meter.js';
import type { PartHost, PartPlan } from './parts/part.js';
import { Parts } from './parts/parts.js';
import { SseRoutes } from './sse/sse-routes.js';

/** What an app is assembled from: what is registered with it before it starts, and the parts that come of it. */
export class Assembly {
  readonly methods: DecoratedMethods = new DecoratedMethods();
  readonly parts: Parts = new Parts();
  readonly connections: Connections;
  readonly amqp: AmqpRoutes;
  readonly sse: SseRoutes;
  readonly front: HttpFront;
  readonly metrics: Metrics;
  readonly #owner: ConnectionOwner;
  readonly #isMeasured: boolean;
  #isMade = false;

  constructor(owner: ConnectionOwner, options: AppOptions<never>) {
    this.#owner = owner;
    this.connections = new Connections(owner);
    for (const connection of options.connections ?? []) this.connections.add(connection);
    const settings = readSettings();
    this.metrics = new Metrics(options.metrics || {}, settings);
    this.#isMeasured = options.metrics !== false && settings.metricsEnabled;
    this.amqp = new AmqpRoutes(this);
    this.sse = new SseRoutes(this);
    this.front = new HttpFront({
      options: options.http,
      methods: this.methods,
      own: this.#isMeasured ? [metricsRoute(this.metrics)] : [],
      refuseWhenStarted: () => this.refuseWhenMade(),
    });
  }

  /** @throws ConfigurationError when it is too late to register something */
  refuseWhenMade(): void {
    if (!this.#isMade) return;
    throw new ConfigurationError('The app has started: routes and hooks are registered before that.');
  }

  /** Makes the parts; from now on nothing is registered. @throws ConfigurationError for what does not fit together */
  make(host: Pick<PartHost, 'closing' | 'health' | 'drain'>): void {
    this.#isMade = true;
    const { unused } = this.methods;
    if (unused.length > 0) {
      throw new ConfigurationError(
        `These methods are decorated, but no object of their class was given to app.use(): ${unused.join(', ')}.`,
      );
    }
    // Last of all, so that it opens when all else works.
    this.parts.plan((each) => this.front.part(each));
    const { name, logger, around } = this.#owner;
    this.parts.make({ name, logger, around, ...host, meter: this.#meter() });
    this.connections.freeze();
  }

  /** Takes what will be a part. */
  readonly plan = (plan: PartPlan): void => {
    this.refuseWhenMade();
    this.parts.plan(plan);
  };

  #meter(): Meter {
    if (!this.#isMeasured || !(this.front.isWanted || this.metrics.isUsed)) return noMeter;
    const [http, amqp] = [new HttpMeter(this.metrics), new AmqpMeter(this.metrics, () => this.#activity())];
    return {
      request: (method, path) => http.request(method, path),
      batch: (cause) => amqp.batch(cause),
      settled: (queue, action) => amqp.settled(queue, action),
    };
  }

  #activity(): Activity {
    const all = this.connections.of(AmqpConnection).map(({ activity }) => activity);
    const sum = (key: keyof Activity): number => all.reduce((total, each) => total + each[key], 0);
    return { connections: sum('connections'), consumers: sum('consumers') };
  }
}
