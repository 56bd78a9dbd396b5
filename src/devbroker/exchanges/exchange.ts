import { AmqpError, type FieldTable } from '../../protocol/index.js';
import { assertSame, assertSameArguments } from '../common/equivalence.js';
import { canonical, typeName } from '../common/field-types.js';
import type { Message } from '../common/message.js';
import { describe } from '../common/texts.js';
import type { Binding, Destination } from './binding.js';
import { createRouter, type ExchangeType, type Router } from './router.js';

/** What an exchange is declared with. */
export interface ExchangeSettings {
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: FieldTable;
}

/** An exchange and the bindings that lead away from it. */
export class Exchange {
  readonly kind = 'exchange';
  readonly settings: ExchangeSettings;
  readonly #router: Router;
  readonly #bindings = new Map<string, Binding>();
  readonly #what: string;

  constructor(settings: ExchangeSettings, virtualHost: string) {
    this.settings = settings;
    this.#router = createRouter(settings.type);
    this.#what = describe('exchange', settings.name, virtualHost);
    const alternate = settings.arguments['alternate-exchange'];
    if (alternate !== undefined && typeof alternate !== 'string') {
      throw new AmqpError(
        'PRECONDITION_FAILED',
        `invalid type '${typeName(alternate)}' for arg 'alternate-exchange' in ${this.#what}`,
      );
    }
  }

  get name(): string {
    return this.settings.name;
  }

  /** Where messages go that no binding takes. */
  get alternate(): string | undefined {
    return this.settings.arguments['alternate-exchange'] as string | undefined;
  }

  get bindings(): Iterable<Binding> {
    return this.#bindings.values();
  }

  get isUnused(): boolean {
    return this.#bindings.size === 0;
  }

  /** @throws AmqpError 406 when it is not declared as it was. */
  assertEquivalent(other: ExchangeSettings): void {
    const mine = this.settings;
    assertSame(this.#what, 'type', other.type, mine.type);
    assertSame(this.#what, 'durable', other.durable, mine.durable);
    assertSame(this.#what, 'auto_delete', other.autoDelete, mine.autoDelete);
    assertSame(this.#what, 'internal', other.internal, mine.internal);
    assertSameArguments(this.#what, ['alternate-exchange'], other.arguments, mine.arguments);
  }

  /** Adds a binding; one that is there already stays as it is. */
  bind(destination: Destination, routingKey: string, args: FieldTable): void {
    const key = bindingKey(destination, routingKey, args);
    if (this.#bindings.has(key)) return;
    const binding: Binding = { source: this, destination, routingKey, arguments: args };
    this.#bindings.set(key, binding);
    this.#router.add(binding);
  }

  /** Removes a binding and says whether there was one. */
  unbind(destination: Destination, routingKey: string, args: FieldTable): boolean {
    return this.#removeByKey(bindingKey(destination, routingKey, args));
  }

  /** Removes all bindings to a destination and says whether there were any. */
  unbindAll(destination: Destination): boolean {
    let removed = false;
    for (const [key, binding] of this.#bindings) {
      if (binding.destination === destination) removed = this.#removeByKey(key) || removed;
    }
    return removed;
  }

  /** Calls `found` for each binding the message goes along; repeats are possible. */
  route(message: Message, found: (binding: Binding) => void): void {
    this.#router.route(message, found);
  }

  #removeByKey(key: string): boolean {
    const binding = this.#bindings.get(key);
    if (!binding) return false;
    this.#bindings.delete(key);
    this.#router.remove(binding);
    return true;
  }
}

function bindingKey(destination: Destination, routingKey: string, args: FieldTable): string {
  return [destination.kind, destination.name, routingKey, canonical(args)]
    .map((part) => JSON.stringify(part))
    .join();
}
