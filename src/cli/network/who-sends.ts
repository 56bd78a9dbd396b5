import { InvalidArgumentError } from 'commander';
import type { SenderFigures } from '../../network/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { tellAbsent } from './absent.js';
import { type Column, table } from './table.js';
import { since } from './units.js';
import { defineWho, each, readWho } from './who.js';
import { withNetwork } from './with-network.js';

/** What one sender sends to the components of a name. */
interface Row extends SenderFigures {
  readonly to: string;
}

interface Options {
  readonly message?: string;
}

/** `waybill who-sends`: who sends what to whom. */
export const whoSends: CommandDefinition = {
  name: 'who-sends',
  group: 'Components:',
  summary: 'who sends what to whom, and by which version',
  description:
    'Lists who has sent messages to components (those that take them are named), as the messages tell it, and how many each has handled since it began. An old version that ' +
    'still sends is a row of its own, where senders set WAYBILL_VERSION.',
  examples: [
    ['waybill who-sends', 'to everybody'],
    ['waybill who-sends Shop --message order', 'one message, to the components of a name'],
  ],
  define: (command) => {
    defineWho(command).option('--message <name>', 'only messages of this name', (text: string) => {
      if (text === '') throw new InvalidArgumentError('Name a message.');
      return text;
    });
  },
  run,
};

const columns: readonly Column<Row>[] = [
  { title: 'SENDER', of: ({ sender }) => sender },
  { title: 'VERSION', of: ({ version }) => version },
  { title: 'MESSAGE', of: ({ message }) => message },
  { title: 'TO', of: ({ to }) => to },
  { title: 'COUNT', of: ({ count }) => count, align: 'right' },
  { title: 'LAST', of: ({ lastAt }) => `${since(lastAt)} ago` },
];

async function run(context: Context, who: string | undefined, { message }: Options): Promise<ExitCode> {
  const { output, json } = context;
  const answers = await withNetwork(context, async (network) => {
    const asked = await network.ask('senders', readWho(who));
    await tellAbsent(network, who, asked, context);
    return asked.answers;
  });
  const told = each(answers).flatMap(([, { name, senders }]) => senders.map((row) => ({ ...row, to: name })));
  const rows = joined(told.filter((row) => message === undefined || row.message === message));
  if (answers.length === 0) return exitCodes.failed;
  if (json) for (const row of rows) logJson(output, row);
  else if (rows.length === 0) output.log('Nobody has sent anything.');
  else for (const line of table(columns, rows)) output.log(line);
  return rows.length === 0 ? exitCodes.failed : exitCodes.done;
}

/** One row for all components of a name, the busiest first. */
function joined(told: readonly Row[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const row of told) {
    const key = JSON.stringify([row.sender, row.version, row.message, row.to]);
    const known = rows.get(key);
    const lastAt = known && known.lastAt > row.lastAt ? known.lastAt : row.lastAt;
    rows.set(key, { ...row, count: row.count + (known?.count ?? 0), lastAt });
  }
  return [...rows.values()].sort((one, other) => other.count - one.count);
}
