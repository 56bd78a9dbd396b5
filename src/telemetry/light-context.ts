import type { Context } from '@opentelemetry/api';

/**
 * Holds nothing. What is set upon it is a context of few values, as that of a message is: one small object for each value. That of
 * OpenTelemetry's own package makes a map and three functions for each change, half a kilobyte, and a message has three.
 */
export const lightContext: Context = {
  getValue: () => undefined,
  setValue: (key, value) => new Holding(lightContext, key, value),
  deleteValue: () => lightContext,
};

/** One value more than the context before it. n.b. no key is there twice, so a chain of contexts that follow each other does not grow. */
class Holding implements Context {
  readonly #before: Context;
  readonly #key: symbol;
  readonly #value: unknown;

  constructor(before: Context, key: symbol, value: unknown) {
    this.#before = before;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#before.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Holding(this.deleteValue(key), key, value);
  }

  deleteValue(key: symbol): Context {
    if (key === this.#key) return this.#before;
    const before = this.#before.deleteValue(key);
    return before === this.#before ? this : new Holding(before, this.#key, this.#value);
  }
}
