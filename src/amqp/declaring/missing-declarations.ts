import { sleep } from '../../common/timers.js';
import type { TopologyError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { delayBefore, reconnectBackOff } from '../common/back-off.js';
import { binds, type Declaration, keyOf } from './declaration.js';

/** A declaration that the broker did not take, and why. */
export interface Missing {
  readonly declaration: Declaration;
  readonly reason: TopologyError;
}

/** So many of those that are refused at once get a line of their own: they mostly have one reason. */
const toldEach = 3;

/**
 * Declarations of ours that were refused when they were made again, each at the price of its channel. They are asked for
 * again until the broker takes them. It may have refused them only because it had not yet heard that our old connection is
 * lost: then what goes with that goes a moment after we have found it there, an exchange before its bindings, say.
 */
export class MissingDeclarations {
  readonly #missing = new Map<string, Missing>();
  readonly #askAgain: () => Promise<void>;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #isAsking = false;

  /** @param askAgain declares again all that is {@link concerns | concerned}, where there is a connection for it. */
  constructor(askAgain: () => Promise<void>, logger: Logger) {
    this.#askAgain = askAgain;
    this.#logger = logger;
  }

  /** Why the broker did not take them. */
  get reasons(): ReadonlyMap<Declaration, TopologyError> {
    return new Map(Array.from(this.#missing.values(), ({ declaration, reason }) => [declaration, reason]));
  }

  /** Whether it is missing, or needed for one that is, or gone when what stands in the place of one that is goes. */
  concerns(declaration: Declaration): boolean {
    if (this.#missing.has(keyOf(declaration))) return true;
    return [...this.#missing.values()].some(
      (each) => binds(each.declaration, declaration) || binds(declaration, each.declaration),
    );
  }

  /** These were refused; whoever is known already is not told of again. */
  add(refused: readonly Missing[]): void {
    const isNew = refused.filter(({ declaration }) => !this.#missing.has(keyOf(declaration)));
    for (const each of refused) this.#missing.set(keyOf(each.declaration), each);
    this.#tell(isNew);
    if (!this.#isAsking && this.#missing.size > 0) void this.#askUntilTaken();
  }

  /** The broker has taken these. */
  taken(declarations: readonly Declaration[]): void {
    const before = this.#missing.size;
    for (const each of declarations) this.drop(each);
    if (before > 0 && this.#missing.size === 0) {
      this.#logger.warn('RabbitMQ has taken all that it had refused after a reconnect.');
    }
  }

  /** Forgets a declaration that no component needs any more. */
  drop(declaration: Declaration): void {
    if (this.#missing.size > 0) this.#missing.delete(keyOf(declaration));
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#closing.abort();
  }

  #tell(refused: readonly Missing[]): void {
    for (const { reason } of refused.slice(0, toldEach)) {
      this.#logger.error(`${reason.message} It is asked for again until it is taken.`);
    }
    const others = refused.length - toldEach;
    if (others > 0) this.#logger.error(`${others} more declarations were refused with it: health() tells.`);
  }

  /** It keeps no process alive: whoever waits for the broker has a connection that does. */
  async #askUntilTaken(): Promise<void> {
    const { signal } = this.#closing;
    this.#isAsking = true;
    for (let attempt = 1; this.#missing.size > 0 && !signal.aborted; attempt++) {
      await sleep(delayBefore(attempt, reconnectBackOff), { signal, ref: false });
      // n.b. a connection that is lost meanwhile begins with all of it.
      if (!signal.aborted) await this.#askAgain().catch(() => {});
    }
    this.#isAsking = false;
  }
}

/** Whether a binding need not be asked for: it would be refused for the exchange that another one lacks. */
export function lacksTheSame(other: Declaration, { declaration, reason }: Missing): boolean {
  if (declaration.kind !== 'binding' || other.kind !== 'binding') return false;
  const { exchange } = declaration;
  return other.exchange === exchange && reason.message.includes(`no exchange '${exchange}'`);
}
