import { documentOf } from '../../parked/index.js';
import type { CommandDefinition, Context, ExitCode } from '../command.js';
import { jsonText, logJson } from '../output.js';
import { defineSelection, Selection, type SelectionOptions, withFailedQueue } from './selection.js';

/** `waybill failed show`: all that is known of messages. */
export const show: CommandDefinition = {
  name: 'show',
  summary: 'print them, with dossier and body, as JSON',
  description:
    'Prints parked messages as JSON: where each came from, its dossier (error, what led to it, stack, handler, runs, component), its ' +
    'properties and its body. With --json each is one line.',
  examples: [
    ['waybill failed show orders 018f3a', 'one of them'],
    ["waybill failed show orders --where 'text=out of stock'", 'all whose error says so'],
  ],
  define: (command) => void defineSelection(command),
  run: run,
};

async function run(
  context: Context,
  queue: string,
  ids: readonly string[],
  options: SelectionOptions,
): Promise<ExitCode> {
  const { output, json } = context;
  const selection = new Selection(ids, options);
  return await withFailedQueue(context, queue, async (failed) => {
    for (const message of (await failed.list()).filter(selection.isChosen)) {
      if (json) logJson(output, documentOf(message));
      else output.log(jsonText(documentOf(message), 2));
    }
    return selection.end(queue, context);
  });
}
