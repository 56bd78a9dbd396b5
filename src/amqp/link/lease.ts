import type { EventEmitter } from 'node:events';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import { unlessAborted } from '../../common/unless-aborted.js';
import { ClosedError } from '../../errors.js';
import { defaultLogger, guardLogger } from '../../logger.js';
import { settle } from '../connection/settings.js';
import { checkOutbox } from '../publishing/outbox.js';
import { type HealthOptions, healthWithoutLink, type LinkHealth } from './health.js';
import { Link } from './link.js';
import { type LinkEventMap, type LinkEvents, relayEvents } from './link-events.js';
import type { LinkOptions } from './link-options.js';

/**
 * One component's share of a link. It is taken when it is first needed: what was made and is never started keeps nobody's
 * connections open. Given back once; what its owner still waits for ends then, whoever else has a share.
 */
export class Lease {
  /** The virtual host that the link is for. */
  readonly vhost: string;
  readonly #options: LinkOptions;
  readonly #events: EventEmitter<LinkEventMap>;
  readonly #closing = new AbortController();
  #link: Link | undefined;
  #endRelay = (): void => {};
  #closed: Promise<void> | undefined;

  /** Takes nothing yet. @throws ConfigurationError for settings that cannot be read */
  constructor(options: LinkOptions) {
    this.#options = options;
    this.vhost = settle(options).vhost;
    checkOutbox(options.outbox);
    this.#events = harmlessEmitter<LinkEventMap>(guardLogger(options.logger ?? defaultLogger()));
  }

  /** The link; after {@link close} what is left of it. @throws ClosedError when it was closed before anybody asked */
  get link(): Link {
    this.#link ??= this.#take();
    return this.#link;
  }

  /** What happens to the link while this has its share; one may listen before that. */
  get events(): LinkEvents {
    return this.#events;
  }

  /** Aborted by {@link close}. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Waits for something on behalf of the owner. @throws what it throws; ClosedError at once when the share is given back */
  async wait<T>(work: Promise<T>): Promise<T> {
    return await unlessAborted(work, this.closing, closed);
  }

  /** How the link is; `unused` before it is needed, `closed` after it was given back. */
  async health(options: HealthOptions): Promise<LinkHealth> {
    if (this.#link && !this.#closed) return await this.#link.health(options);
    return healthWithoutLink(this.#closed ? 'closed' : 'unused');
  }

  /** Gives the share back; the last one closes the connections, in `timeoutMs` at most. Idempotent. @default 5,000 ms */
  close(options?: { readonly timeoutMs?: number }): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  #take(): Link {
    if (this.closing.aborted) throw closed();
    const link = Link.acquire(this.#options);
    this.#endRelay = relayEvents(link.events, this.#events);
    return link;
  }

  async #close(options?: { readonly timeoutMs?: number }): Promise<void> {
    this.#closing.abort();
    this.#endRelay();
    await this.#link?.close(options);
  }
}

function closed(): ClosedError {
  return new ClosedError('It was closed.');
}
