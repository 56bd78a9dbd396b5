import type { Command } from 'commander';
import { type FailedMessage, FailedQueue, failedQueueName } from '../../amqp/index.js';
import { isWaybillError } from '../../errors.js';
import { type Context, type ExitCode, exitCodes } from '../command.js';
import { CommandError, UsageError } from '../command-error.js';
import { another } from '../values.js';
import { withLink } from '../with-link.js';
import { type Choice, choiceOf, whereHelp } from './where.js';

/** Which parked messages are meant. */
export interface SelectionOptions {
  readonly all?: boolean;
  readonly where?: readonly string[];
}

/** Adds the queue. */
export function defineQueue(command: Command): Command {
  return command.argument('<queue>', 'the queue that they were taken from, without .failed');
}

/** Adds `--where`. */
export function defineWhere(command: Command): Command {
  return command.option('--where <conditions>', whereHelp, another);
}

/** Adds all that says which messages are meant: ids, `--where`, `--all`. */
export function defineSelection(command: Command): Command {
  defineQueue(command).argument('[ids...]', 'the ids of messages, as `list` shows them');
  return defineWhere(command).option('--all', 'all of them');
}

/** The messages that were meant, and those ids among them that were not met yet. */
export class Selection {
  readonly isChosen: Choice;
  readonly #missing: Set<string>;
  readonly #wantsSome: boolean;
  #found = 0;

  /** @throws UsageError where nothing was named, or two things at once */
  constructor(ids: readonly string[], { all = false, where = [] }: SelectionOptions) {
    const ways = [ids.length > 0, all, where.length > 0].filter(Boolean).length;
    if (ways === 0) throw new UsageError('Which messages? Name message ids, or --where, or --all.');
    if (ways > 1) throw new UsageError('Name either message ids, or --where, or --all: one of them.');
    this.#missing = new Set(ids);
    this.#wantsSome = where.length > 0;
    const meant = where.length > 0 ? choiceOf(where) : ({ id }: FailedMessage) => all || ids.includes(id);
    this.isChosen = (message) => {
      if (!meant(message)) return false;
      this.#missing.delete(message.id);
      this.#found++;
      return true;
    };
  }

  /** Who names a message wants to know when it is not there. */
  end(queue: string, { output }: Context): ExitCode {
    const parked = failedQueueName(queue);
    const advice = `\`waybill failed list ${queue}\` tells what is.`;
    if (this.#missing.size > 0) output.error(`Not in ${parked}: ${[...this.#missing].join(', ')}. ${advice}`);
    else if (this.#wantsSome && this.#found === 0)
      output.error(`Nothing in ${parked} is like that. ${advice}`);
    else return exitCodes.done;
    return exitCodes.failed;
  }
}

/** Does something with the parked messages of a queue. @throws Error where there is no such queue */
export async function withFailedQueue(
  { url }: Context,
  queue: string,
  work: (failed: FailedQueue) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await withLink({ url, name: 'failed' }, (link) => work(new FailedQueue(link, queue)));
  } catch (thrown) {
    const isMissing =
      isWaybillError(thrown, 'TOPOLOGY_REFUSED') && (thrown as { replyCode?: number }).replyCode === 404;
    if (!isMissing) throw thrown;
    const hint = queue.endsWith('.failed') ? ' Name the queue itself, without .failed.' : '';
    throw new CommandError(`There is no queue ${queue}, nor ${failedQueueName(queue)}.${hint}`, {
      cause: thrown,
    });
  }
}
