import { refuseGenerated } from '../../common/generators.js';
import { sleep, within } from '../../common/timers.js';
import { storyOf } from '../../common/told-error.js';
import { toError } from '../../errors.js';
import { type ContentType, jsonEncoder, readTyped } from '../../wire/index.js';
import { Batches } from '../common/batches.js';
import type { PartHealth } from '../parts/app-health.js';
import type { Part, PartHost } from '../parts/part.js';
import { followStream, type RawEvent, requireParser } from './event-stream.js';
import type { SseEvent, SseHandler } from './sse-options.js';

/** One route, settled. */
export interface SseRoute {
  readonly url: URL;
  readonly headers: Headers;
  readonly bulkSize: number;
  readonly flushIntervalMs: number;
  readonly concurrency: number;
  readonly retryDelayMs: number;
  readonly silenceTimeoutMs: number;
  readonly body: ContentType | 'raw' | undefined;
  readonly handler: SseHandler<never>;
  /** Of the handler, for the log. */
  readonly name: string;
}

/** A server that says `retry: 0` shall not make us turn in circles, nor one that names a year keep us away. */
const leastDelayMs = 100;
const longestDelayMs = 3_600_000;

const over = 'it is over, the server says (204 No Content). It is not asked for again; start anew to ask.';

/** Follows one event stream, again and again, and hands its events on in batches. */
export class SseSource implements Part {
  readonly #route: SseRoute;
  readonly #host: PartHost;
  readonly #batches: Batches<RawEvent>;
  readonly #stopping = new AbortController();
  /** For people: without what may be secret in it. */
  readonly #title: string;
  #following: Promise<void> | undefined;
  #delayMs: number;
  #lastEventId: string | undefined;
  #error: string | undefined = 'not connected yet';

  constructor(route: SseRoute, host: PartHost) {
    this.#route = route;
    this.#host = host;
    this.#delayMs = route.retryDelayMs;
    this.#title = `event stream ${route.url.origin}${route.url.pathname}`;
    const { bulkSize: size, flushIntervalMs, concurrency } = route;
    this.#batches = new Batches(
      { size, flushIntervalMs, concurrency },
      { handle: (events) => this.#handle(events) },
    );
  }

  async prepare(): Promise<void> {
    await requireParser();
  }

  /** Begins to follow; a server that is not there is no reason not to start. */
  async start(): Promise<void> {
    this.#following = this.#follow();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Events cannot be given back, so those that have come are handled. */
  async finish({ timeoutMs }: { readonly timeoutMs: number }): Promise<number> {
    await within(this.#finish(), timeoutMs, () => {});
    this.#batches.stop();
    return this.#batches.running;
  }

  health(): PartHealth {
    const error = this.#error;
    return { name: this.#title, ok: error === undefined, ...(error !== undefined && { error }) };
  }

  async #finish(): Promise<void> {
    await this.#following;
    while (this.#batches.waiting + this.#batches.running > 0) {
      this.#batches.flush();
      await this.#batches.idle();
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const end = await this.#followOnce();
      this.#error = end?.error;
      // What has come is all there is for now (AW-X1).
      this.#batches.flush();
      if (signal.aborted) return;
      if (!end) return this.#host.logger.warn(`${this.#title}: ${over}`);
      const next =
        this.#delayMs === Infinity ? 'not asked for again' : `asked for again in ${this.#delayMs} ms`;
      this.#host.logger.warn(`${this.#title}: ${end.error}. It is ${next}.`);
      await sleep(this.#delayMs, { signal });
    }
  }

  /** Gives the reason why it has ended; undefined where it is over. */
  async #followOnce(): Promise<{ readonly error: string } | undefined> {
    const { url, headers, silenceTimeoutMs } = this.#route;
    const request = { url, headers, silenceTimeoutMs, lastEventId: this.#lastEventId };
    try {
      const end = await followStream({ ...request, signal: this.#stopping.signal }, this.#listener);
      return end === 'over' ? undefined : { error: 'the server has ended it' };
    } catch (thrown) {
      const { message, cause } = toError(thrown);
      return { error: cause instanceof Error ? `${message} (${cause.message || cause.name})` : message };
    }
  }

  readonly #listener = {
    onOpen: (): void => {
      this.#error = undefined;
    },
    onEvent: (event: RawEvent): void => {
      this.#batches.add(event);
    },
    onId: (id: string): void => {
      this.#lastEventId = id;
    },
    onRetry: (delayMs: number): void => {
      this.#delayMs = Math.min(Math.max(leastDelayMs, delayMs), longestDelayMs);
    },
    room: (): Promise<void> => this.#batches.room(),
  };

  async #handle(batch: readonly RawEvent[]): Promise<void> {
    const read = await Promise.all(batch.map((event) => this.#read(event)));
    const events = read.filter((event) => event !== undefined);
    // What took too long to be read does not begin when the app has ended.
    if (events.length === 0 || this.#host.closing.aborted) return;
    const { handler, name } = this.#route;
    try {
      refuseGenerated(await handler([...events] as never, { signal: this.#host.closing }));
    } catch (thrown) {
      this.#host.logger.error(
        `${this.#title}: ${name} failed on ${events.length} events: ${storyOf(thrown)}`,
      );
    }
  }

  /** An event that nobody can read is told to the log and left out. */
  async #read(event: RawEvent): Promise<SseEvent | undefined> {
    try {
      return { ...event, body: await this.#bodyOf(event) };
    } catch (thrown) {
      this.#host.logger.error(
        `${this.#title}: an event '${event.name}' is left out: ${toError(thrown).message}`,
      );
      return undefined;
    }
  }

  #bodyOf({ data }: RawEvent): unknown {
    const { body } = this.#route;
    if (body === 'raw') return data;
    const value = jsonEncoder.decode(Buffer.from(data));
    return body ? readTyped(body, value) : value;
  }
}
