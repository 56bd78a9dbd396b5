import type { CommandDefinition, Context, ExitCode } from '../command.js';
import { logJson } from '../output.js';
import { defineDryRun, tryDry } from './dry-run.js';
import { defineSelection, Selection, type SelectionOptions, withFailedQueue } from './selection.js';

interface DropOptions extends SelectionOptions {
  readonly dryRun?: boolean;
}

/** `waybill failed drop`: removes messages for good. */
export const drop: CommandDefinition = {
  name: 'drop',
  summary: 'remove them for good',
  description:
    'Removes parked messages for good. Try it with --dry-run first: what is dropped is nowhere else.',
  examples: [
    ['waybill failed drop orders 018f3a', 'one of them'],
    ['waybill failed drop orders --where older=30d --dry-run', 'says which it would drop'],
  ],
  define: (command) => void defineDryRun(defineSelection(command)),
  run: run,
};

async function run(
  context: Context,
  queue: string,
  ids: readonly string[],
  { dryRun, ...options }: DropOptions,
): Promise<ExitCode> {
  const selection = new Selection(ids, options);
  return await withFailedQueue(context, queue, async (failed) => {
    if (dryRun) return await tryDry(context, { failed, queue, selection, words: 'would be dropped' });
    const dropped = await failed.drop(selection.isChosen);
    if (context.json) logJson(context.output, { dropped });
    else context.output.log(`${dropped} dropped`);
    return selection.end(queue, context);
  });
}
