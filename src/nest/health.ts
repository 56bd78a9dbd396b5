import type { Lifecycle } from './lifecycle.js';

/** How one component is. */
type Status = 'up' | 'down';

/** What Terminus takes for the result of an indicator: under its key whether all is well, and each component by the name of its class. */
export type WaybillHealthResult<Key extends string = string> = {
  readonly [Each in Key]: {
    readonly status: Status;
    readonly components: Readonly<Record<string, Status>>;
  };
};

/**
 * How the components of the application are, by asking the broker: for `@nestjs/terminus`, and for whoever asks. It is down before they have
 * started, and from when the application begins to end.
 *
 * ```ts
 * @Get('ready')
 * @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.waybill.isHealthy('waybill')]);
 * }
 * ```
 */
export class WaybillHealth {
  readonly #lifecycle: Lifecycle;

  /** @internal Made by the module. */
  constructor(lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle;
  }

  /** Asks all of them at once. Never rejects. */
  async isHealthy<const Key extends string>(key: Key): Promise<WaybillHealthResult<Key>> {
    const { components, isReady } = this.#lifecycle;
    const statuses = await Promise.all(components.map(statusOf));
    const isUp = isReady && statuses.every((status) => status === 'up');
    const result = { status: isUp ? 'up' : 'down', components: byName(components, statuses) };
    return { [key]: result } as WaybillHealthResult<Key>;
  }
}

async function statusOf(component: Lifecycle['components'][number]): Promise<Status> {
  try {
    return ((await component.health?.())?.ok ?? true) ? 'up' : 'down';
  } catch {
    return 'down';
  }
}

/** Of several of one class the one that is down counts. */
function byName(components: readonly object[], statuses: readonly Status[]): Record<string, Status> {
  const named: Record<string, Status> = {};
  for (const [at, component] of components.entries()) {
    const { name } = component.constructor;
    if (named[name] !== 'down') named[name] = statuses[at] ?? 'down';
  }
  return named;
}
