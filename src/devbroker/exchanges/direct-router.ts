import type { Message } from '../common/message.js';
import type { Binding } from './binding.js';
import type { Router } from './router.js';

/** Along each binding whose key is the routing key. */
export class DirectRouter implements Router {
  readonly #byKey = new Map<string, Set<Binding>>();

  add(binding: Binding): void {
    const known = this.#byKey.get(binding.routingKey);
    if (known) known.add(binding);
    else this.#byKey.set(binding.routingKey, new Set([binding]));
  }

  remove(binding: Binding): void {
    const known = this.#byKey.get(binding.routingKey);
    known?.delete(binding);
    if (known?.size === 0) this.#byKey.delete(binding.routingKey);
  }

  route(message: Message, found: (binding: Binding) => void): void {
    for (const key of message.routingKeys) this.#byKey.get(key)?.forEach(found);
  }
}
