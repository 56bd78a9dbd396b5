import type { RunFacts } from '../../network/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { tellAbsent } from './absent.js';
import { type Column, table } from './table.js';
import { ago } from './units.js';
import { defineWho, each, readWho } from './who.js';
import { withNetwork } from './with-network.js';

/** A handler that runs, and where. */
interface Row extends RunFacts {
  readonly component: string;
  readonly id: string;
}

/** `waybill inflight`: which handlers run, the longest first. */
export const inflight: CommandDefinition = {
  name: 'inflight',
  group: 'Components:',
  summary: 'which handlers run, on which messages, since when',
  description:
    'Lists the handlers that run now, the longest first: whose unacked messages they are, who has sent them, and for how long they run.',
  examples: [
    ['waybill inflight', 'of everybody'],
    ['waybill inflight Shop', 'of the components of a name'],
    ['waybill inflight --json | jq -r .messageId', 'the ids of their messages'],
  ],
  define: (command) => void defineWho(command),
  run,
};

const columns: readonly Column<Row>[] = [
  { title: 'FOR', of: ({ forMs }) => ago(forMs), align: 'right' },
  { title: 'COMPONENT', of: ({ component }) => component },
  { title: 'HANDLER', of: ({ handler }) => handler },
  { title: 'MESSAGE', of: ({ messageId }) => messageId },
  { title: 'FROM', of: ({ from }) => from },
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'AGAIN', of: ({ redelivered }) => (redelivered ? 'yes' : 'no') },
  { title: 'ID', of: ({ id }) => id },
];

async function run(context: Context, who: string | undefined): Promise<ExitCode> {
  const { output, json } = context;
  const answers = await withNetwork(context, async (network) => {
    const asked = await network.ask('inflight', readWho(who));
    await tellAbsent(network, who, asked, context);
    return asked.answers;
  });
  const rows = each(answers)
    .flatMap(([{ node }, { ref, name, runs }]) =>
      runs.map((each) => ({ ...each, component: name, id: `${node.id}/${ref}` })),
    )
    .sort((one, other) => other.forMs - one.forMs);
  if (answers.length === 0) return exitCodes.failed;
  if (json) for (const row of rows) logJson(output, row);
  else if (rows.length === 0) output.log('No handler runs.');
  else for (const line of table(columns, rows)) output.log(line);
  return exitCodes.done;
}
