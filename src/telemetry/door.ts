// What users of `waybill/telemetry` see. n.b. its types name none of @opentelemetry/api: who has no SDK need not install that.
import { useApi } from './sdk.js';
import { keepFigures } from './telemetry.js';

/** The figures of all components of a process. */
export interface CollectedFigures {
  /** All of them as they are now, in the text format of Prometheus, version 0.0.4. */
  text(): string;
}

/**
 * Figures of all components of this process as text, for Prometheus, where no SDK of OpenTelemetry is. They are counted from the first call on, so
 * call it when the process starts: `const figures = collectFigures();` and answer `figures.text()` where Prometheus asks. See docs/telemetry.md for
 * their names. `waybill/app` has them at its `/metrics`.
 * @example
 * ```ts
 * import { collectFigures } from 'waybill/telemetry';
 * import { Prices } from './prices.js';
 *
 * const figures = collectFigures();
 * await using prices = await Prices.connect();
 * await prices.message_change('stamp', 0.9);
 * console.log(/^messaging_client_sent_messages_total/m.test(figures.text())); // true
 * ```
 */
export function collectFigures(): CollectedFigures {
  return keepFigures();
}

/**
 * Uses this copy of `@opentelemetry/api`, for programs that are bundled into one file, where none can be found:
 * `useOpenTelemetry(await import('@opentelemetry/api'))`. Where the package is installed beside Waybill it is found, and this is not needed.
 */
export function useOpenTelemetry(api: object): void {
  useApi(api as Parameters<typeof useApi>[0]);
}
