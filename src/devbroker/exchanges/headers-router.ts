import type { FieldTable } from '../../protocol/index.js';
import { sameValue } from '../common/field-types.js';
import { headersOf, type Message } from '../common/message.js';
import type { Binding } from './binding.js';
import type { Router } from './router.js';

/** The values `x-match` may have. Those without `-with-x` pass over entries whose names begin with `x-`. */
export const matchKinds = ['all', 'any', 'all-with-x', 'any-with-x'] as const;

/** Along each binding whose arguments fit the message's headers, all of them or any, as `x-match` says. */
export class HeadersRouter implements Router {
  readonly #bindings = new Set<Binding>();

  add(binding: Binding): void {
    this.#bindings.add(binding);
  }

  remove(binding: Binding): void {
    this.#bindings.delete(binding);
  }

  route(message: Message, found: (binding: Binding) => void): void {
    const headers = headersOf(message);
    for (const binding of this.#bindings) if (fits(binding.arguments, headers)) found(binding);
  }
}

function fits(pattern: FieldTable, headers: FieldTable): boolean {
  const kind = String(pattern['x-match'] ?? 'all');
  const names = Object.keys(pattern).filter((name) => counts(name, kind));
  const holds = (name: string) => matches(pattern, headers, name);
  return kind.startsWith('any') ? names.some(holds) : names.every(holds);
}

function counts(name: string, kind: string): boolean {
  if (name === 'x-match') return false;
  return kind.endsWith('-with-x') || !name.startsWith('x-');
}

/** A pattern without a value (void) asks only that the header is there. */
function matches(pattern: FieldTable, headers: FieldTable, name: string): boolean {
  if (!Object.hasOwn(headers, name)) return false;
  return pattern[name] === null || sameValue(pattern[name], headers[name]);
}
