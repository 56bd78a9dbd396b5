import { sharedByCopies } from '../../common/shared-by-copies.js';
import type { FilterEntry, HandlerEntry, HandlerPlace } from './entry.js';

// Standard decorators keep what they know of a class in an object that the class gets as `Class[Symbol.metadata]`. Node 20
// has no such symbol yet; compilers look for it when the user's class is evaluated, which is after this import.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

/** A filter, and what it stands before. */
export interface PlacedFilter extends FilterEntry {
  readonly place: HandlerPlace;
}

/** What was declared on one class, not on its parents. */
export interface ClassMarks {
  readonly entries: HandlerEntry[];
  /** Those of one place in the order in which they run: the one nearest to the function first. */
  readonly filters: PlacedFilter[];
}

/**
 * By class, or by its metadata object: never on the function, which another decorator may wrap, and never in a registry
 * that classes share. All copies of this package have the same one.
 */
const { marks } = sharedByCopies('handlers', () => ({ marks: new WeakMap<object, ClassMarks>() }));

/** The marks kept under a class or its metadata object; made on first use. */
function marksOf(owner: object): ClassMarks {
  const known = marks.get(owner) ?? { entries: [], filters: [] };
  marks.set(owner, known);
  return known;
}

/** Everything that was declared on a class itself, by standard decorators, legacy decorators, or plain calls. */
export function ownMarks(target: object): ClassMarks {
  const symbol = (Symbol as { metadata?: symbol }).metadata as symbol;
  const metadata: unknown = Object.hasOwn(target, symbol)
    ? (target as Record<symbol, unknown>)[symbol]
    : undefined;
  const all = [marks.get(target), typeof metadata === 'object' && metadata ? marks.get(metadata) : undefined];
  const found = all.filter((each) => each !== undefined);
  return {
    entries: found.flatMap(({ entries }) => entries),
    filters: found.flatMap(({ filters }) => filters),
  };
}

/** Keeps a handler. */
export function addEntry(owner: object, entry: HandlerEntry): void {
  marksOf(owner).entries.push(entry);
}

/** Keeps a filter. Decorators are applied from the function outwards, so the nearest comes first. */
export function addFilter(owner: object, place: HandlerEntry['place'], filter: FilterEntry): void {
  marksOf(owner).filters.push({ ...filter, place });
}
