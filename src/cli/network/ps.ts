import type { ComponentFacts, ComponentFigures, NodeFacts } from '../../network/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { type Column, table } from './table.js';
import { since } from './units.js';
import { defineWho, each, nobody, readWho } from './who.js';
import { withNetwork } from './with-network.js';

/** A component, as `ps` lists it. */
interface Row {
  readonly id: string;
  readonly node: NodeFacts;
  readonly facts: ComponentFacts;
  readonly figures: ComponentFigures | undefined;
}

/** `waybill ps`: who is there. */
export const ps: CommandDefinition = {
  name: 'ps',
  group: 'Components:',
  summary: 'who is there',
  description:
    'Asks all components of the virtual host who they are, and lists them. Nothing is stored anywhere: it lists who answers. One that is ' +
    'frozen does not; `waybill top` and `waybill ui` show who falls silent while they look.',
  examples: [
    ['waybill ps', 'everybody'],
    ['waybill ps Shop', 'those of a name'],
    ['waybill ps --json | jq -r .facts.name', 'their names'],
  ],
  define: (command) => void defineWho(command),
  run,
};

const columns: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ facts }) => facts.name },
  { title: 'STATE', of: stateOf },
  { title: 'UP', of: ({ facts }) => since(facts.since) },
  { title: 'DONE', of: ({ figures }) => figures?.done, align: 'right' },
  { title: 'FAILED', of: ({ figures }) => figures?.failed, align: 'right' },
  { title: 'RUN', of: ({ figures }) => figures?.inflight, align: 'right' },
  { title: 'WAIT', of: ({ figures }) => figures?.waiting, align: 'right' },
  { title: 'VERSION', of: ({ facts }) => facts.version },
  { title: 'HOST', of: ({ node }) => node.host },
  { title: 'PID', of: ({ node }) => node.pid, align: 'right' },
  { title: 'ID', of: ({ id }) => id },
  { title: 'QUEUES', of: ({ facts }) => facts.queues.map(({ queue }) => queue).join(' ') },
];

async function run(context: Context, who: string | undefined): Promise<ExitCode> {
  const { output, json } = context;
  const rows = await withNetwork(context, async (network) => {
    const asked = readWho(who);
    const [info, stats] = await Promise.all([network.ask('info', asked), network.ask('stats', asked)]);
    const figures = new Map(each(stats.answers).map(([{ node }, told]) => [`${node.id}/${told.ref}`, told]));
    return each(info.answers).map(([{ node }, facts]) => {
      const id = `${node.id}/${facts.ref}`;
      return { id, node, facts, figures: figures.get(id) };
    });
  });
  if (rows.length === 0) output.error(nobody(who));
  else if (json) for (const row of rows) logJson(output, row);
  else for (const line of table(columns, [...rows].sort(byName))) output.log(line);
  return rows.length === 0 ? exitCodes.failed : exitCodes.done;
}

function stateOf({ figures, facts }: Row): string {
  if (!figures) return 'busy';
  if (!figures.ok) return 'unwell';
  const paused = facts.queues.filter((each) => each.paused).length;
  if (paused === 0) return 'ok';
  return paused === facts.queues.length ? 'paused' : 'ok, part paused';
}

function byName(one: Row, other: Row): number {
  return one.facts.name.localeCompare(other.facts.name) || one.id.localeCompare(other.id);
}
