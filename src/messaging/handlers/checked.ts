import { inspect } from 'node:util';
import { ArgumentTypeError, ConfigurationError } from '../../errors.js';
import type { FilterEntry, HandlerEntry } from './entry.js';

/** What a handler is declared for, as it was given: plain JavaScript is asked by no compiler. */
type Given = Pick<HandlerEntry, 'category' | 'view' | 'type' | 'name'>;

const categories: readonly unknown[] = ['message', 'rpc', 'stream'];
const views: readonly unknown[] = ['content', 'body'];

/**
 * Looks at the key of a handler where it is declared: with one that no message can have it would never run, and its messages were kept.
 * @throws ConfigurationError
 */
export function assertKey({ category, view, type, name }: Given): void {
  const whose = `A handler of ${shown(type)}, ${shown(name)}`;
  if (typeof type !== 'string' || type === '')
    throw new ConfigurationError(`${whose}: its type must be a text, mostly 'command'.`);
  if (name !== null && typeof name !== 'string')
    throw new ConfigurationError(
      `${whose}: its name must be a text, '*' for each of its type, or null for messages without one.`,
    );
  if (!categories.includes(category))
    throw new ConfigurationError(`${whose}: category is message, rpc or stream, and not ${shown(category)}.`);
  if (!views.includes(view))
    throw new ConfigurationError(`${whose}: view is content or body, and not ${shown(view)}.`);
}

/** Looks at what was given as a handler. @throws ArgumentTypeError */
export function assertHandler(run: unknown, name: string | null): void {
  if (typeof run !== 'function')
    throw new ArgumentTypeError(
      `The handler of ${shown(name)} must be a function or a Handler class, and is ${shown(run)}.`,
    );
}

/** Looks at what was given as a filter. @throws ArgumentTypeError */
export function assertFilter(filter: unknown): void {
  if (typeof filter !== 'function')
    throw new ArgumentTypeError(
      `A filter must be a function, and is ${shown(filter)}. Often two files import each other.`,
    );
}

/** Looks at the filters of a handler without decorators. @throws ArgumentTypeError */
export function assertFilters(filters: readonly FilterEntry[]): void {
  for (const entry of filters) {
    assertFilter(entry?.filter);
    if (!Array.isArray(entry.args))
      throw new ArgumentTypeError('A filter needs its further arguments as a list: { filter, args: [] }.');
  }
}

function shown(given: unknown): string {
  return inspect(given, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}
