import type { FailedMessage } from '../../amqp/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { Progress } from '../progress.js';
import { stopRequest } from '../stop-request.js';
import { rate } from '../values.js';
import { defineDryRun, tryDry } from './dry-run.js';
import { defineSelection, Selection, type SelectionOptions, withFailedQueue } from './selection.js';

interface ReplayOptions extends SelectionOptions {
  /** Milliseconds between two. */
  readonly rate?: number;
  readonly dryRun?: boolean;
}

/** `waybill failed replay`: sends messages back to their queue. */
export const replay: CommandDefinition = {
  name: 'replay',
  summary: 'send them back to their queue, for one more run each',
  description:
    'Sends parked messages back to their queue, with the same message ids. One that fails again is parked again, with its runs counted on. ' +
    'Ctrl-C ends it after the message that is on its way; what was not sent stays parked.',
  examples: [
    ['waybill failed replay orders 018f3a', 'one of them'],
    ['waybill failed replay orders --all --rate 20/s', 'slowly, so that others get their turn'],
    ['waybill failed replay orders --where handler=pay,code=TIMEOUT --dry-run', 'says which it would send'],
  ],
  define: (command) => {
    defineDryRun(defineSelection(command)).option(
      '--rate <n/s>',
      'no faster than this: 5/s, 100/m, 1000/h',
      rate,
    );
  },
  run: run,
};

async function run(
  context: Context,
  queue: string,
  ids: readonly string[],
  { rate: everyMs = 0, dryRun, ...options }: ReplayOptions,
): Promise<ExitCode> {
  const { output, json } = context;
  const selection = new Selection(ids, options);
  return await withFailedQueue(context, queue, async (failed) => {
    if (dryRun) return await tryDry(context, { failed, queue, selection, words: `would go to ${queue}` });
    const progress = new Progress(output);
    const onReplayed = ({ id }: FailedMessage, count: number): void => {
      if (json) logJson(output, { id, replayed: true });
      else if (everyMs > 0) progress.tell(`${count} sent back`);
    };
    using stop = stopRequest();
    const count = await failed.replay(selection.isChosen, { everyMs, onReplayed, signal: stop.signal });
    progress.end();
    if (!json) output.log(`${count} sent back to ${queue}`);
    if (!stop.signal.aborted) return selection.end(queue, context);
    output.error('Stopped. What was not sent back stays parked.');
    return exitCodes.failed;
  });
}
