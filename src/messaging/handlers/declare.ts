import { refuseGenerator } from '../../common/generators.js';
import { sharedByCopies } from '../../common/shared-by-copies.js';
import { ConfigurationError } from '../../errors.js';
import { assertFilters, assertHandler, assertKey } from './checked.js';
import type { FilterEntry, HandlerEntry, HandlerPlace } from './entry.js';
import { isHandlerClass } from './handler.js';
import type { HandlerDecorator } from './handler-decorator.js';
import { addEntry, addFilter } from './metadata.js';
import { refuseReplacing } from './own-members.js';

/** What each decorator is inside: its signatures say what is allowed. */
// biome-ignore lint/suspicious/noExplicitAny: the functions that give it say what it is for
export type AnyDecorator = HandlerDecorator<any, any>;

/** Refuses a generator function, where none may be. */
type Refuse = typeof refuseGenerator;

const declared = sharedByCopies('order of handlers', () => ({ count: 0 }));

/** Declares a handler in a decorator. @throws ConfigurationError for a type or a name that none can be */
export function declare(entry: Omit<HandlerEntry, 'place' | 'order'>): AnyDecorator {
  assertKey(entry);
  // Numbered when the decorator's expression is evaluated: that is source order, what comes later is not.
  const number = ++declared.count;
  return onPlace(
    (owner, place) => addEntry(owner, { ...entry, place, order: number }),
    entry.category === 'stream',
  );
}

/** Declares a function as a handler of a class, without decorators. @throws ConfigurationError, ArgumentTypeError for what could never run */
export function declareFunction(
  owner: object,
  entry: Omit<HandlerEntry, 'place' | 'order'>,
  run: unknown,
  filters: readonly FilterEntry[],
): void {
  assertKey(entry);
  assertHandler(run, entry.name);
  assertFilters(filters);
  if (entry.category !== 'stream') refuseGenerator(run, `The handler of '${entry.name}'`);
  const number = ++declared.count;
  const place: HandlerPlace = { kind: 'function', key: `handler ${number}`, run };
  addEntry(owner, { ...entry, place, order: number });
  for (const filter of filters) addFilter(owner, place, filter);
}

/** What is to be noted of a handler, by its class or its class's metadata. */
type Mark = (owner: object, place: HandlerPlace) => void;

/**
 * A decorator that notes something of the place where it stands. The two standards differ in the second argument: a context object, or
 * the property's key. @param mayGenerate whether a generator function may stand there
 */
export function onPlace(mark: Mark, mayGenerate: boolean): AnyDecorator {
  const markUnlessTaken: Mark = (owner, place) => {
    refuseReplacing(place);
    mark(owner, place);
  };
  const refuse = mayGenerate ? () => {} : refuseGenerator;
  return (target: unknown, place: unknown): unknown => {
    if (isOfOldProposal(target, place)) throw tooOld(place ?? target);
    if (typeof place === 'object')
      return markStandard(target, place as DecoratorContext, markUnlessTaken, refuse);
    return markLegacy(target as object, place as string | symbol, markUnlessTaken, refuse);
  };
}

/** Of before 2023: what is known of a class had no place yet. The first ones gave one object for everything. */
function isOfOldProposal(target: unknown, place: unknown): boolean {
  if (typeof place === 'object' && place !== null)
    return typeof (place as Partial<DecoratorContext>).metadata !== 'object';
  return place === undefined && typeof target === 'object';
}

/** Gives an initializer for a field, which sees the value that a standard decorator does not. */
function markStandard(target: unknown, context: DecoratorContext, mark: Mark, refuse: Refuse): unknown {
  const { kind, name } = context;
  refuse(target, `'${String(name)}'`);
  const isStatic = kind !== 'class' && context.static;
  if (kind === 'class' || context.private) throw misplaced(String(name));
  if (kind === 'method' && !isStatic) mark(context.metadata, { kind: 'method', key: name });
  else if (kind === 'field' && isStatic) mark(context.metadata, { kind: 'static', key: name });
  else throw misplaced(String(name));
  return kind === 'field' ? (value: unknown) => handlerClass(value, name, refuse) : undefined;
}

function markLegacy(target: object, key: string | symbol, mark: Mark, refuse: Refuse): void {
  // By its descriptor: a getter must not run here.
  const value: unknown = Object.getOwnPropertyDescriptor(target, key)?.value;
  if (typeof target === 'function') {
    handlerClass(value, key, refuse);
    mark(target, { kind: 'static', key });
  } else {
    if (typeof value !== 'function') throw misplaced(String(key));
    refuse(value, `'${String(key)}'`);
    mark(target.constructor, { kind: 'method', key });
  }
}

function handlerClass(value: unknown, name: string | symbol, refuse: Refuse): unknown {
  if (!isHandlerClass(value)) throw misplaced(String(name));
  refuse(value.prototype.call, `call() of '${String(name)}'`);
  return value;
}

function tooOld(of: unknown): ConfigurationError {
  const { name, key } = of as { readonly name?: unknown; readonly key?: unknown };
  return new ConfigurationError(
    `'${String(name ?? key)}' cannot be a handler: its compiler knows decorators as they were proposed before 2023, without metadata. ` +
      `Standard decorators need TypeScript 5.2, SWC 1.7, or Babel with version: '2023-05', or later ones; ` +
      `experimentalDecorators works with older ones, and static handle() without decorators.`,
  );
}

function misplaced(name: string): ConfigurationError {
  return new ConfigurationError(
    `'${name}' cannot be a handler: decorate a public method, or a static field that holds a class derived from Handler.`,
  );
}
