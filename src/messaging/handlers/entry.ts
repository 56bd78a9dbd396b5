import type { Category, ContentType } from '../../wire/index.js';

/** What a handler is given: the content of the message, or its whole body. */
export type HandlerView = 'content' | 'body';

/** Which messages a handler is for. */
export interface HandlerKey {
  /** Whether it is a message, a call, or a call that is answered by a stream. */
  readonly category: Category;
  /** The type in the envelope: `command`, `event`, `status`, or one of your own. */
  readonly type: string;
  /** `null` is for messages whose name is null, as in Postage; {@link anyName} is for all of the type. */
  readonly name: string | null;
}

/** In place of a name: every message of the type. An RPC takes it only where no handler has the very name. */
export const anyName = '*';

/** A filter and the values it is given after the data. */
export interface FilterEntry {
  /** What looks at the data, before the handler does. */
  readonly filter: FilterFunction;
  /** What it is given behind the data. */
  readonly args: readonly unknown[];
}

/** Gets a copy of what the handler would get, and gives back what the handler shall get; throws FilterError to skip it. */
// biome-ignore lint/suspicious/noExplicitAny: a filter may ask for any content and any arguments of its own
export type FilterFunction = (data: any, ...args: any[]) => unknown;

/** One handler, as it was declared on a class. */
export interface HandlerEntry extends HandlerKey {
  readonly view: HandlerView;
  /** What the parameters are made into before the handler sees them. */
  readonly contentType?: ContentType | undefined;
  /** What its answer, or each item of its stream, must be, before it leaves. */
  readonly answerType?: ContentType | undefined;
  /** Where it stands: a method of the instance, or a static field that holds a Handler class. */
  readonly place: HandlerPlace;
  /** Counts up as declarations are evaluated: source order. */
  readonly order: number;
}

/** A method or a static field by its key; a function by itself, where it was given to `handle`. */
export type HandlerPlace =
  | { readonly kind: 'method'; readonly key: PropertyKey }
  | { readonly kind: 'static'; readonly key: PropertyKey }
  | { readonly kind: 'function'; readonly key: PropertyKey; readonly run: unknown };

/** True for the same place within a class, so that an override replaces it. */
export function isSamePlace(a: HandlerPlace, b: HandlerPlace): boolean {
  return a.kind === b.kind && a.key === b.key;
}

/** Names a place, for people: symbols may look alike, and a function has the name that it was written with. */
export function placeName(place: HandlerPlace): string {
  const own = place.kind === 'function' && typeof place.run === 'function' ? place.run.name : '';
  return `${place.kind} ${own || String(place.key)}`;
}
