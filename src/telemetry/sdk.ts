import { requireInstalled } from '../common/installed.cjs';
import { sharedByCopies } from '../common/shared-by-copies.js';

/** The package `@opentelemetry/api`, an optional peer. */
export type OpenTelemetry = typeof import('@opentelemetry/api');

/** What an SDK has registered in this process. */
export interface Registered {
  readonly trace?: object;
  readonly metrics?: object;
}

/** Where all copies of `@opentelemetry/api` of one major version keep what was registered (opentelemetry-js, api/src/internal/global-utils.ts). */
const key: unique symbol = Symbol.for('opentelemetry.js.api.1');

const given = sharedByCopies('OpenTelemetry', () => ({ api: undefined as OpenTelemetry | undefined }));
let found: OpenTelemetry | null | undefined;

/** What was registered, where that is something that takes spans or figures. Costs a look at one property where nothing was. */
export function registered(): Registered | undefined {
  const globals = (globalThis as { readonly [key]?: Registered })[key];
  return globals?.trace || globals?.metrics ? globals : undefined;
}

/** The package, as it was given or else as it is installed; undefined where it is not. */
export function openTelemetry(): OpenTelemetry | undefined {
  if (given.api) return given.api;
  found ??= installed();
  return found ?? undefined;
}

/** Uses this copy of the package from now on. */
export function useApi(api: OpenTelemetry): void {
  given.api = api;
}

function installed(): OpenTelemetry | null {
  try {
    return requireInstalled('@opentelemetry/api');
  } catch {
    return null;
  }
}
