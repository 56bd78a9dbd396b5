import type { Command } from 'commander';
import type { FailedQueue } from '../../amqp/index.js';
import { summaryOf } from '../../parked/index.js';
import type { Context, ExitCode } from '../command.js';
import { logJson } from '../output.js';
import type { Selection } from './selection.js';
import { lineOf } from './words.js';

/** Adds `--dry-run`. */
export function defineDryRun(command: Command): Command {
  return command.option('--dry-run', 'say which, and leave them alone');
}

/** Names the messages that were meant, and does nothing to them. */
export async function tryDry(
  context: Context,
  about: {
    readonly failed: FailedQueue;
    readonly queue: string;
    readonly selection: Selection;
    readonly words: string;
  },
): Promise<ExitCode> {
  const { output, json } = context;
  const found = (await about.failed.list()).filter(about.selection.isChosen);
  for (const message of found) {
    if (json) logJson(output, summaryOf(message));
    else output.log(lineOf(message));
  }
  if (!json) output.log(`${found.length} ${about.words}`);
  return about.selection.end(about.queue, context);
}
