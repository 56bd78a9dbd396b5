import type {
  ComponentFacts,
  ComponentFigures,
  Network,
  NodeFacts,
  Selector,
  SilentNode,
} from '../../network/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { tellAbsent } from './absent.js';
import { type Column, table } from './table.js';
import { since } from './units.js';
import { defineWho, each, readWho } from './who.js';
import { withNetwork } from './with-network.js';

/** A component, as `ps` lists it. Of one that does not answer little is known. */
interface Row {
  /** Its process and its number there; only the process, where no more is known. */
  readonly id: string;
  readonly node: Pick<NodeFacts, 'id' | 'host' | 'pid'>;
  readonly facts: Pick<ComponentFacts, 'name'> & Partial<ComponentFacts>;
  readonly figures: ComponentFigures | undefined;
}

/** `waybill ps`: who is there. */
export const ps: CommandDefinition = {
  name: 'ps',
  group: 'Components:',
  summary: 'who is there',
  description:
    'Asks all components of the virtual host who they are, and lists them. Nothing is stored anywhere: each answers for itself. One that is ' +
    'connected and does not answer is busy or frozen: of that the broker tells, until it gives its connection up.',
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
  { title: 'UP', of: ({ facts }) => facts.since && since(facts.since) },
  { title: 'DONE', of: ({ figures }) => figures?.done, align: 'right' },
  { title: 'FAILED', of: ({ figures }) => figures?.failed, align: 'right' },
  { title: 'RUN', of: ({ figures }) => figures?.inflight, align: 'right' },
  { title: 'WAIT', of: ({ figures }) => figures?.waiting, align: 'right' },
  { title: 'VERSION', of: ({ facts }) => facts.version },
  { title: 'HOST', of: ({ node }) => node.host },
  { title: 'PID', of: ({ node }) => node.pid, align: 'right' },
  { title: 'ID', of: ({ id }) => id },
  { title: 'QUEUES', of: ({ facts }) => facts.queues?.map(({ queue }) => queue).join(' ') },
];

async function run(context: Context, who: string | undefined): Promise<ExitCode> {
  const { output, json } = context;
  const rows = await withNetwork(context, (network) => ask(network, who, context));
  if (json) for (const row of rows) logJson(output, row);
  else if (rows.length > 0) for (const line of table(columns, [...rows].sort(byName))) output.log(line);
  return rows.length === 0 ? exitCodes.failed : exitCodes.done;
}

async function ask(network: Network, who: string | undefined, context: Context): Promise<readonly Row[]> {
  const asked = readWho(who);
  const [info, stats] = await Promise.all([network.ask('info', asked), network.ask('stats', asked)]);
  const figures = new Map(each(stats.answers).map(([{ node }, told]) => [`${node.id}/${told.ref}`, told]));
  const heard = each(info.answers).map(([{ node }, facts]) => {
    const id = `${node.id}/${facts.ref}`;
    return { id, node, facts, figures: figures.get(id) };
  });
  const silent = info.silent.flatMap((node) => rowsOf(node, asked.to));
  if (heard.length + silent.length === 0) await tellAbsent(network, who, info, context);
  return [...heard, ...silent];
}

/** Those that are meant, of a process that does not answer. */
function rowsOf({ id, host, pid, names }: SilentNode, to: Selector): readonly Row[] {
  const own = names.length === 0 ? ['?'] : names;
  const meant = typeof to === 'object' && 'name' in to ? [to.name] : own;
  return meant.map((name) => ({ id, node: { id, host, pid }, facts: { name }, figures: undefined }));
}

function stateOf({ figures, facts }: Row): string {
  if (!figures) return 'busy';
  if (!figures.ok) return 'unwell';
  const { queues = [] } = facts;
  const paused = queues.filter((each) => each.paused).length;
  if (paused === 0) return 'ok';
  return paused === queues.length ? 'paused' : 'ok, part paused';
}

function byName(one: Row, other: Row): number {
  return one.facts.name.localeCompare(other.facts.name) || one.id.localeCompare(other.id);
}
