import { sleep } from '../../common/timers.js';
import type { TopologyError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type BackOff, delayBefore } from '../common/back-off.js';
import type { AskAlone } from './ask-alone.js';
import { binds, type Declaration, described, keyOf } from './declaration.js';

/** What is refused costs a connection each time that it is asked for. */
const askingBackOff: BackOff = { initialMs: 5_000, maxMs: 60_000 };

/** How it is asked for again. */
export interface Asking {
  /** Why the broker refuses it still; undefined where it has taken it. @throws when it could not be asked. */
  readonly ask: AskAlone;
  /** Told when the broker takes what it refused before. */
  onAccepted(): void;
}

interface Refused {
  readonly declaration: Declaration;
  reason: TopologyError;
  readonly forgotten: AbortController;
}

/**
 * Declarations of ours for which the broker has closed a connection. They are left out from then on, so that they take
 * nobody else down, and asked for again, each alone, until the broker takes them: after 5 s, 10 s, …, at most a minute.
 */
export class RefusedDeclarations {
  readonly #refused = new Map<string, Refused>();
  readonly #asking: Asking;
  readonly #logger: Logger;

  constructor(asking: Asking, logger: Logger) {
    this.#asking = asking;
    this.#logger = logger;
  }

  /** Why they are left out. */
  get reasons(): ReadonlyMap<Declaration, TopologyError> {
    return new Map([...this.#refused.values()].map(({ declaration, reason }) => [declaration, reason]));
  }

  /** Whether it is left out: it was refused itself, or what it binds was. */
  covers(declaration: Declaration): boolean {
    if (this.#refused.has(keyOf(declaration))) return true;
    return [...this.#refused.values()].some((each) => binds(declaration, each.declaration));
  }

  /** Leaves it out from now on. */
  add(declaration: Declaration, reason: TopologyError): void {
    const known = this.#refused.get(keyOf(declaration));
    if (known) {
      known.reason = reason;
      return;
    }
    this.#logger.error(`${reason.message} It is left out, and asked for again now and then.`);
    const refused = { declaration, reason, forgotten: new AbortController() };
    this.#refused.set(keyOf(declaration), refused);
    void this.#askUntilTaken(refused);
  }

  /** Forgets a declaration that no component needs any more, or that the broker has taken. */
  drop(declaration: Declaration): void {
    this.#refused.get(keyOf(declaration))?.forgotten.abort();
    this.#refused.delete(keyOf(declaration));
  }

  /** Asks for nothing any more. */
  clear(): void {
    for (const { declaration } of this.#refused.values()) this.drop(declaration);
  }

  async #askUntilTaken(refused: Refused): Promise<void> {
    const { declaration, forgotten } = refused;
    for (let attempt = 1; ; attempt++) {
      // It keeps no process alive: whoever waits for the broker has a connection that does.
      await sleep(delayBefore(attempt, askingBackOff), { signal: forgotten.signal, ref: false });
      if (forgotten.signal.aborted) return;
      const reason = await this.#asking.ask(declaration).catch(() => refused.reason);
      if (forgotten.signal.aborted) return;
      if (!reason) break;
      refused.reason = reason;
    }
    this.drop(declaration);
    this.#logger.warn(`RabbitMQ has taken ${described(declaration)}, which it had refused.`);
    this.#asking.onAccepted();
  }
}
