import { randomBytes } from 'node:crypto';
import { mayBeMinified } from '../../component/index.js';
import { ConfigurationError } from '../../errors.js';
import type { FingerprintStamp } from '../../wire/index.js';
import type { Eqks } from '../destinations.js';
import { eqksOf, type Subscription } from '../subscriptions.js';

/** How long the queue of an instance is there without it: as long as it may take to connect again. */
const keptMs = 60_000;

/** What of a class its queues depend on. */
interface Subscriber {
  readonly name: string;
  readonly subscriptions: readonly Subscription[];
}

/**
 * The queues of a processor's events. Nobody has to invent their names: that of all instances is `<service>.<component>.<class>.events`, where each
 * stands once; that of one instance has random letters behind it.
 */
export class SubscribedQueues {
  readonly eqks: Eqks;
  readonly #shared: string;
  readonly #own: string;

  /** @throws ConfigurationError for a subscription that would never bring anything, and for a class that a minifier may have named */
  constructor(Class: Subscriber, { name, service }: FingerprintStamp) {
    if (Class.subscriptions.length > 0 && mayBeMinified(Class)) throw minified(Class.name);
    const names = new Set([service, name, Class.name].filter((part) => part !== undefined));
    this.#shared = `${[...names].join('.')}.events`;
    // n.b. telemetry knows such names, and cuts what is random: src/telemetry/attributes.ts.
    this.#own = `${this.#shared}~${randomBytes(8).toString('base64url')}`;
    const own = { name: this.#own, flags: { arguments: { 'x-expires': keptMs } } };
    this.eqks = eqksOf(Class.name, Class.subscriptions, { service: this.#shared, instance: own });
  }

  /** Beside which queue the failed messages of a queue are kept: that of an instance ends with it. */
  keptAs(queue: string): string {
    return queue === this.#own ? this.#shared : queue;
  }
}

function minified(name: string): ConfigurationError {
  return new ConfigurationError(
    `A processor that subscribes to events is called '${name}', as a minifier calls classes, and its queue would be another one after each build. ` +
      `Keep the names of classes in the build (esbuild: keepNames; terser: keep_classnames), or give it one: static override readonly name = 'orders'.`,
  );
}
