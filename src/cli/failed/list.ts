import { failedQueueName } from '../../amqp/index.js';
import { groupsOf, summaryOf } from '../../parked/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { jsonText, logJson } from '../output.js';
import { lineOfGroup } from './groups.js';
import { defineQueue, defineWhere, Selection, withFailedQueue } from './selection.js';
import { lineOf } from './words.js';

interface ListOptions {
  readonly where?: readonly string[];
  readonly group?: boolean;
}

/** `waybill failed list`: one line for each, the oldest first. */
export const list: CommandDefinition = {
  name: 'list',
  summary: 'name them, one a line, with what they failed of',
  description:
    'Names the parked messages, the oldest first, one a line: id, when it failed, name, how often it ran, error. They stay where they are.',
  examples: [
    ['waybill failed list orders', 'all that is parked for the queue `orders`'],
    ['waybill failed list orders --group', 'how many for each code, handler and message'],
    ['waybill failed list orders --where code=TIMEOUT,older=1h', 'those of one kind'],
    ['waybill failed list orders --json | jq -r .id', 'their ids'],
  ],
  define: (command) => {
    defineWhere(defineQueue(command)).option(
      '--group',
      'count them by code (or class) of the error, handler and message',
    );
  },
  run: run,
};

async function run(context: Context, queue: string, { where, group }: ListOptions): Promise<ExitCode> {
  const { output, json } = context;
  const selection = new Selection([], where ? { where } : { all: true });
  return await withFailedQueue(context, queue, async (failed) => {
    const found = (await failed.list()).filter(selection.isChosen);
    if (group && json) for (const each of groupsOf(found)) logJson(output, each);
    else if (group) for (const each of groupsOf(found)) output.log(lineOfGroup(each));
    else for (const each of found) output.log(json ? jsonText(summaryOf(each)) : lineOf(each));
    if (!json) output.log(`${found.length} in ${failedQueueName(queue)}`);
    return where ? selection.end(queue, context) : exitCodes.done;
  });
}
