import type { Message } from '../common/message.js';
import type { Binding } from './binding.js';
import type { Router } from './router.js';

/** Along every binding. */
export class FanoutRouter implements Router {
  readonly #bindings = new Set<Binding>();

  add(binding: Binding): void {
    this.#bindings.add(binding);
  }

  remove(binding: Binding): void {
    this.#bindings.delete(binding);
  }

  route(_message: Message, found: (binding: Binding) => void): void {
    this.#bindings.forEach(found);
  }
}
