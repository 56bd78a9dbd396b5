import { failedQueueName, type Link } from '../../amqp/index.js';
import { askLevels, dueQueue, nobodyForwards, parkedAs, type ToldLevel } from '../../delaying/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { askQueue } from '../doctor/queue-facts.js';
import { type Column, table } from '../network/table.js';
import { ago } from '../network/units.js';
import { logJson } from '../output.js';
import { withLink } from '../with-link.js';

/** `waybill delayed list`: how much waits, in each level. */
export const list: CommandDefinition = {
  name: 'list',
  summary: 'how many wait in each level, are due, and could not be delivered',
  description:
    'Prints each level of the ladder that is there, with how many messages wait in it now. One in a level is due when it has been there for that time, and then in those ' +
    'levels below that its own delay has, so within twice that time at the latest. Ends with 1 where messages are due, or will be, and nobody sends them on.',
  examples: [
    ['waybill delayed list', 'what waits, is due, and could not be delivered'],
    ['waybill delayed list --json | jq .messages', 'only how many, a line for each level'],
  ],
  run,
};

const columns: readonly Column<ToldLevel>[] = [
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'WAITS', of: ({ seconds }) => (seconds === 0 ? 'is due' : ago(seconds * 1_000)), align: 'right' },
  {
    title: 'DUE WITHIN',
    of: ({ seconds }) => (seconds === 0 ? 'now' : ago(seconds * 2_000)),
    align: 'right',
  },
  { title: 'MESSAGES', of: ({ messages }) => messages, align: 'right' },
];

async function run(context: Context): Promise<ExitCode> {
  const { output, json, url } = context;
  const { levels, parked } = await withLink({ url, name: 'delayed' }, look);
  const waiting = levels.reduce((sum, { messages }) => sum + messages, 0);
  const nobody = waiting > 0 && levels.find(({ queue }) => queue === dueQueue)?.consumers === 0;
  if (json) for (const each of levels) logJson(output, each);
  else if (levels.length === 0) output.log('Nobody has sent late messages here.');
  else for (const line of table(columns, levels)) output.log(line);
  if (!json && parked > 0)
    output.log(`${parked} could not be delivered: npx waybill failed list ${parkedAs} --group`);
  if (nobody) output.error(`${nobodyForwards.charAt(0).toUpperCase()}${nobodyForwards.slice(1)}`);
  return nobody ? exitCodes.failed : exitCodes.done;
}

async function look(link: Link): Promise<{ levels: readonly ToldLevel[]; parked: number }> {
  const failed = await askQueue(link, failedQueueName(parkedAs));
  return { levels: await askLevels(link), parked: typeof failed === 'object' ? failed.messages : 0 };
}
