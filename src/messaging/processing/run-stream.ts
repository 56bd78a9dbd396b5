import { ConfigurationError } from '../../errors.js';
import type { Items, Pump } from '../../rpc/index.js';
import { placeName } from '../handlers/entry.js';
import { allowedItems } from './contract-answers.js';
import { type Run, runHandler, skipped } from './run-handler.js';

/** Runs the handler of a stream, and pumps what it gives; within its message's own scope. @throws what it throws, and why there is no stream */
export async function runStream(run: Run, pump: Pump): Promise<void> {
  const given = await runHandler(run);
  const { context, entry } = run;
  if (given === skipped) throw new ConfigurationError('A filter turned away the request for a stream.');
  const items = itemsOf(given);
  if (!items)
    throw new ConfigurationError(
      `${placeName(entry.place)} gave nothing to go through: write it as an async generator, 'async *', or return one.`,
    );
  await pump(entry.answerType ? allowedItems(entry, items) : items, context.signal);
}

/** A text can be gone through, too, letter by letter: nobody means that. */
function itemsOf(given: unknown): Items | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = given as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  return async?.call(given) ?? sync?.call(given);
}
