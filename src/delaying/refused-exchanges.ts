import type { WaybillError } from '../errors.js';

/** So long nothing is sent to an exchange that is not there, or not for us. */
const restMs = 5_000;

/** They are named by peers. */
const most = 1_000;

/**
 * Exchanges for which the broker has closed a channel. Each message to one of them costs a channel, and holds up all that are on their way on
 * it: so one of them is tried from time to time, and the others fail with its error at once.
 */
export class RefusedExchanges {
  readonly #refused = new Map<string, { readonly error: WaybillError; readonly until: number }>();

  /** The broker has refused a message to it. */
  add(exchange: string, error: WaybillError): void {
    this.#refused.delete(exchange);
    this.#refused.set(exchange, { error, until: performance.now() + restMs });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > most && oldest !== undefined) this.#refused.delete(oldest);
  }

  /** @throws the error of the last one, where that was a moment ago */
  assertOpen(exchange: string): void {
    const refused = this.#refused.get(exchange);
    if (!refused) return;
    if (performance.now() < refused.until) throw refused.error;
    this.#refused.delete(exchange);
  }
}
