import { ArgumentTypeError, ConfigurationError } from '../errors.js';

/** How long each block took, in milliseconds, by name; in the order in which they ended, so the innermost first. */
export type Transactions = ReadonlyMap<string, number>;

/** Called once, when the outermost block has ended; `error` is what it threw, if it did. */
export type TimeitCallback = (transactions: Transactions, error?: unknown) => unknown;

/** What measures further blocks within a block. */
export interface TimeitScope {
  /**
   * Measures a block within this one.
   * @throws ConfigurationError when its name was used here before; what the block throws
   */
  run<T>(name: string, block: (scope: TimeitScope) => T | Promise<T>): Promise<T>;
}

/**
 * Measures how long something takes, as a block or as a wrapper, with blocks nested in it:
 *
 * `await new Timeit('request', report).run(async (request) => { await request.run('query', ask); })`
 *
 * Each run is measured for itself, so one Timeit may be used again and again, also at the same time.
 */
export class Timeit {
  readonly #name: string;
  readonly #callback: TimeitCallback | undefined;

  /** @param callback is awaited before the block ends; what it throws is thrown where the block has not thrown itself. */
  constructor(name: string, callback?: TimeitCallback) {
    this.#name = name;
    this.#callback = callback;
  }

  /** Measures a block, and tells the callback. @throws what the block throws */
  async run<T>(block: (scope: TimeitScope) => T | Promise<T>): Promise<T> {
    const transactions = new Map<string, number>();
    let outcome: { readonly value: T } | { readonly error: unknown };
    try {
      outcome = { value: await new Scope(transactions).run(this.#name, block) };
    } catch (error) {
      outcome = { error };
    }
    if ('value' in outcome) {
      await this.#callback?.(transactions);
      return outcome.value;
    }
    // A mistake in the measuring itself is no result to report (AW-C35).
    if (!(outcome.error instanceof NameTakenError)) await this.#report(transactions, outcome.error);
    throw outcome.error;
  }

  /**
   * Gives a function that does the same and is measured each time it is called; as `@timeit.wrap` it stands before a method, below what
   * registers it. With `experimentalDecorators` call it instead.
   */
  // n.b. a field: compilers call a decorator without what it is a method of.
  readonly wrap = <This, Args extends unknown[], T>(
    work: (this: This, ...args: Args) => T | Promise<T>,
    _method?: ClassMethodDecoratorContext,
  ): ((this: This, ...args: Args) => Promise<T>) => {
    if (typeof work !== 'function')
      throw new ArgumentTypeError(
        'Timeit.wrap needs a function, or stands before a method as a standard decorator.',
      );
    const run = (block: () => T | Promise<T>): Promise<T> => this.run(block);
    const measured = function (this: This, ...args: Args): Promise<T> {
      return run(() => work.apply(this, args));
    };
    return Object.defineProperty(measured, 'name', { value: work.name });
  };

  /** What the callback throws must not hide what the block has thrown. */
  async #report(transactions: Transactions, error: unknown): Promise<void> {
    try {
      await this.#callback?.(transactions, error);
    } catch {}
  }
}

/** The blocks of one run. */
class Scope implements TimeitScope {
  readonly #transactions: Map<string, number>;
  readonly #names = new Set<string>();

  constructor(transactions: Map<string, number>) {
    this.#transactions = transactions;
  }

  async run<T>(name: string, block: (scope: TimeitScope) => T | Promise<T>): Promise<T> {
    if (this.#names.has(name)) throw new NameTakenError(name);
    this.#names.add(name);
    const begun = performance.now();
    try {
      return await block(this);
    } finally {
      this.#transactions.set(name, performance.now() - begun);
    }
  }
}

class NameTakenError extends ConfigurationError {
  constructor(name: string) {
    super(`Two blocks of one measurement have the name '${name}'; give each its own.`);
  }
}
