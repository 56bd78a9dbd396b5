import { isControlFlow } from '../../common/control-flow.js';
import { refuseGenerated } from '../../common/generators.js';
import { whenDone } from '../../common/when-done.js';
import { ConfigurationError } from '../../errors.js';
import type { Reply } from '../../rpc/index.js';
import { copyJson, isRecord, type ReceivedBody, readTyped } from '../../wire/index.js';
import type { HandlerContext } from '../handlers/context.js';
import type { FilterEntry, HandlerPlace } from '../handlers/entry.js';
import { type HandlerClass, isHandlerClass } from '../handlers/handler.js';
import type { TableEntry } from '../handlers/table.js';

/** What one handler is run with. */
export interface Run {
  /** The processor: `this` of a method. */
  readonly processor: object;
  readonly entry: TableEntry;
  readonly context: HandlerContext;
  /** For a call only. */
  readonly reply: Reply | null;
}

/** What a handler that was skipped by a filter gives. */
export const skipped: unique symbol = Symbol('skipped');

/**
 * Runs one handler: its filters on a copy, its content type, then itself. Gives what it returns, a promise where it, a
 * filter or a schema is asynchronous, and {@link skipped} where a filter said so. Throws what it throws.
 */
export function runHandler(run: Run): unknown {
  const { entry, context } = run;
  const data = entry.view === 'body' ? context.body : context.body.content;
  if (entry.filters.length === 0 && !entry.contentType) return whenDone(invoke(run, data), returnedTo(entry));
  return prepareAndInvoke(run, data);
}

/** The body for one of several handlers: a copy, so that none sees what another changes. */
export function bodyFor(body: ReceivedBody, handlers: readonly TableEntry[]): ReceivedBody {
  return handlers.length > 1 || handlers.some(({ filters }) => filters.length > 0) ? copyJson(body) : body;
}

async function prepareAndInvoke(run: Run, given: unknown): Promise<unknown> {
  let filtered: unknown = given;
  try {
    for (const entry of run.entry.filters) filtered = await throughFilter(run, entry, filtered);
  } catch (thrown) {
    if (isControlFlow(thrown, 'FILTER')) return skipped;
    throw thrown;
  }
  const data = await typed(run.entry, filtered);
  run.context.assertMayBegin();
  return returnedTo(run.entry)(await invoke(run, data));
}

/** What a handler has returned, if it may: only streams are gone through. */
function returnedTo({ category }: TableEntry): <T>(returned: T) => T {
  return category === 'stream' ? (returned) => returned : refuseGenerated;
}

/** n.b. what a filter gives is all that the handler gets, so nothing is a `return` that was forgotten. */
async function throughFilter({ entry }: Run, { filter, args }: FilterEntry, data: unknown): Promise<unknown> {
  const filtered = refuseGenerated(await filter(data, ...args));
  if (filtered !== undefined) return filtered;
  throw new ConfigurationError(
    `The filter '${filter.name || 'without a name'}' of ${entry.label} returned nothing. Return what the handler shall get, changed or ` +
      'not, or throw a FilterError to skip the handler.',
  );
}

/**
 * True for a function that declares the parameter `reply`: it means to answer by it, so one that ends without has forgotten
 * something. A Handler class says nothing of that.
 */
export function asksForReply(processor: object, { place }: TableEntry): boolean {
  const found = handlerAt(processor, place);
  return !isHandlerClass(found) && (found as HandlerMethod).length >= 2;
}

function invoke({ processor, entry, reply, context }: Run, data: unknown): unknown {
  const found = handlerAt(processor, entry.place);
  if (isHandlerClass(found)) return construct(found, { processor, reply, context, data }).call();
  const method = found as HandlerMethod;
  return reply ? method.call(processor, data, reply, context) : method.call(processor, data, context);
}

function handlerAt(processor: object, place: HandlerPlace): unknown {
  if (place.kind === 'function') return place.run;
  const holder = place.kind === 'static' ? processor.constructor : processor;
  return (holder as unknown as Record<PropertyKey, unknown>)[place.key];
}

type HandlerMethod = (this: object, ...args: readonly unknown[]) => unknown;

interface Construction extends Omit<Run, 'entry'> {
  readonly data: unknown;
}

function construct(
  Class: HandlerClass,
  { processor, reply, context, data }: Construction,
): { call(): unknown } {
  return new Class(processor, data, reply, context);
}

/** The data with its parameters made into what the handler asked for; a content without parameters is made whole. */
async function typed({ view, contentType }: TableEntry, data: unknown): Promise<unknown> {
  if (!contentType) return data;
  if (view === 'body' && isRecord(data))
    return { ...data, content: await typedContent(contentType, data['content']) };
  return await typedContent(contentType, data);
}

async function typedContent(
  contentType: NonNullable<TableEntry['contentType']>,
  content: unknown,
): Promise<unknown> {
  if (!isRecord(content) || !('parameters' in content)) return await readTyped(contentType, content);
  return { ...content, parameters: await readTyped(contentType, content['parameters']) };
}
