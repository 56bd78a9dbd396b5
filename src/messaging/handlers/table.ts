import { guardLogger, type Logger } from '../../logger.js';
import {
  anyName,
  type FilterEntry,
  type HandlerEntry,
  type HandlerKey,
  isSamePlace,
  placeName,
} from './entry.js';
import { ownMarks } from './metadata.js';

/** A handler with its filters, ready to be called. */
export interface TableEntry extends HandlerEntry {
  readonly filters: readonly FilterEntry[];
  /** How logs and health name it. */
  readonly label: string;
  /** The class that declares it. */
  readonly owner: object;
}

/**
 * The handlers of one class: those of its parents first, then its own; in each class methods in the order of the source,
 * then Handler classes, then plain functions. A place that is decorated again lower down replaces the parent's; a method
 * that is only overridden keeps the parent's handler and runs the override. No class sees another's.
 */
export class HandlerTable {
  /** By category, type and name, each in a map of its own: no text of a sender can pass for the three of them. */
  readonly #byKey = new Map<string, Map<string, Map<string | null, TableEntry[]>>>();
  readonly entries: readonly TableEntry[];

  constructor(target: object) {
    this.entries = collect(target);
    for (const entry of this.entries) this.#bucket(entry).push(entry);
  }

  /** Sentences on handlers of one class that answer the same calls, of which only the last one runs. A subclass may mean it. */
  get doubts(): readonly string[] {
    return this.entries.flatMap((entry, at) => {
      const last = this.entries.findLast((other) => isRival(entry, other)) ?? entry;
      if (last === entry || this.entries.findIndex((other) => isRival(entry, other)) !== at) return [];
      const { type, name, owner } = entry;
      return [
        `${nameOf(owner)} has more than one handler for the call (${type}, ${name}): only ${placeName(last.place)} answers it.`,
      ];
    });
  }

  /** All handlers for a message, in the order in which they run; for a call the last of them answers. */
  find(category: string, type: string, name: string | null): readonly TableEntry[] {
    const named = this.#byKey.get(category)?.get(type);
    const [exact, wild] = [named?.get(name), named?.get(anyName)];
    if (!wild) return exact ?? none;
    if (!exact) return wild;
    // For a call the last one answers: the handler with the very name comes after the one for any.
    return category !== 'message'
      ? [...wild, ...exact]
      : this.entries.filter((each) => exact.includes(each) || wild.includes(each));
  }

  #bucket({ category, type, name }: HandlerKey): TableEntry[] {
    const types = this.#byKey.get(category) ?? new Map<string, Map<string | null, TableEntry[]>>();
    const names = types.get(type) ?? new Map<string | null, TableEntry[]>();
    const entries = names.get(name) ?? [];
    this.#byKey.set(category, types.set(type, names.set(name, entries)));
    return entries;
  }
}

/** The table of a class; the log is told what its author may not have meant. */
export function tableOf(target: object, logger: Logger): HandlerTable {
  const table = new HandlerTable(target);
  for (const doubt of table.doubts) guardLogger(logger).warn(doubt);
  return table;
}

function isRival(a: TableEntry, b: TableEntry): boolean {
  const isOneCall =
    a.category !== 'message' && a.category === b.category && a.type === b.type && a.name === b.name;
  return isOneCall && a.owner === b.owner;
}

function nameOf(owner: object): string {
  return (owner as { readonly name: string }).name;
}

const none: readonly TableEntry[] = [];
const kindOrder = { method: 0, static: 1, function: 2 } as const;

function collect(target: object): readonly TableEntry[] {
  const parent: unknown = Object.getPrototypeOf(target);
  const inherited = typeof parent === 'function' && parent !== Function.prototype ? collect(parent) : [];
  const { entries, filters } = ownMarks(target);
  const own = entries.map((entry) => ({
    ...entry,
    owner: target,
    filters: filters.filter(({ place }) => isSamePlace(place, entry.place)),
    label: `${placeName(entry.place)} for (${entry.category}, ${entry.type}, ${entry.name})`,
  }));
  const byPlace = (a: HandlerEntry, b: HandlerEntry): number =>
    kindOrder[a.place.kind] - kindOrder[b.place.kind] || a.order - b.order;
  const replaced = ({ place }: HandlerEntry): boolean => entries.some((own) => isSamePlace(own.place, place));
  return [...inherited.filter((entry) => !replaced(entry)), ...own.sort(byPlace)];
}
