import { startTimer } from '../../common/timers.js';
import type { SeenComponent, SeenNode, Watch } from '../../network/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { stopRequest } from '../stop-request.js';
import { time, timeOption } from '../values.js';
import { type Column, table } from './table.js';
import { ago, percent, since } from './units.js';
import { withNetwork } from './with-network.js';

interface Options {
  readonly every: number;
  readonly for?: number;
}

/** A component as it was seen last, and its process. */
interface Row {
  readonly node: SeenNode;
  readonly name: string;
  /** Undefined of one that has told nothing yet, and of which the broker tells. */
  readonly component: SeenComponent | undefined;
}

/** `waybill top`: who does how much, as it goes. */
export const top: CommandDefinition = {
  name: 'top',
  group: 'Components:',
  summary: 'who does how much, as it goes; who is busy, who is gone',
  description:
    'Follows all components until Ctrl-C: messages a second, how many of them fail, what runs and what waits. A process that was killed is ' +
    'shown as gone within two seconds; one that does not answer is busy, and never taken for gone while it is connected. While somebody ' +
    'looks, each process sends one small message for each report; at rest none.',
  examples: [
    ['waybill top', 'a report of everybody every two seconds'],
    ['waybill top --every 12s', 'what a hundred processes hardly notice'],
    ['waybill top --for 10s --json', 'for ten seconds, as JSON: a line for each component and report'],
  ],
  define: (command) => {
    command
      .addOption(timeOption('--every <time>', 'how often each process tells of itself, from 1s to 60s', '2s'))
      .option('--for <time>', 'ends after this time', time);
  },
  run,
};

const columns: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'STATE', of: stateOf },
  { title: 'MSG/S', of: ({ component }) => component?.rate, align: 'right' },
  {
    title: 'FAIL',
    of: ({ component }) => (component?.failing === undefined ? undefined : percent(component.failing)),
    align: 'right',
  },
  { title: 'RUN', of: ({ component }) => component?.figures?.inflight, align: 'right' },
  { title: 'WAIT', of: ({ component }) => component?.figures?.waiting, align: 'right' },
  { title: 'DONE', of: ({ component }) => component?.figures?.done, align: 'right' },
  { title: 'P99', of: ({ component }) => component && slowest(component), align: 'right' },
  { title: 'LOOP', of: ({ node }) => node.figures && ago(node.figures.loopDelayMs), align: 'right' },
  { title: 'UP', of: ({ component }) => component && since(component.facts.since) },
  { title: 'HOST', of: ({ node }) => node.node.host },
  { title: 'PID', of: ({ node }) => node.node.pid, align: 'right' },
];

async function run(context: Context, { every, for: forMs }: Options): Promise<ExitCode> {
  const { output, json } = context;
  using request = stopRequest();
  await withNetwork(context, async (network) => {
    const watch = await network.watch({ everyMs: every });
    const show = (): void => {
      const rows = rowsOf(watch);
      if (json) for (const row of rows) logJson(output, documentOf(row));
      else screen(table(columns, rows), watch).forEach((line) => void output.log(line));
    };
    show();
    const showing = setInterval(show, Math.min(every, 2_000));
    const stopping = watch.onEvent(({ at, kind, name, node }) => {
      if (!json && !process.stdout.isTTY)
        output.log(`${at}  ${kind}  ${name ?? ''} ${node.host} ${node.pid}`);
    });
    await ended(request.signal, forMs);
    clearInterval(showing);
    stopping();
  });
  return exitCodes.done;
}

/** The busiest first; those that have ended last. */
function rowsOf({ nodes }: Watch): readonly Row[] {
  const rows = nodes.flatMap((node): readonly Row[] => [
    ...node.components.map((component) => ({ node, name: component.facts.name, component })),
    ...node.unheard.map((name) => ({ node, name, component: undefined })),
  ]);
  const weight = ({ node, component }: Row): number =>
    (node.state === 'up' || node.state === 'busy' ? 1e9 : 0) + (component?.rate ?? 0);
  return [...rows].sort((one, other) => weight(other) - weight(one) || one.name.localeCompare(other.name));
}

function stateOf({ node, component }: Row): string {
  const figures = component?.figures;
  if (node.state !== 'up') return `${node.state} ${since(node.stateSince)}`;
  if (figures && figures.paused.length > 0) return 'paused';
  return figures?.ok === false ? 'unwell' : 'ok';
}

function slowest({ figures }: SeenComponent): string | undefined {
  const worst = Math.max(0, ...(figures?.handlers.map(({ p99Ms }) => p99Ms) ?? []));
  return worst === 0 ? undefined : ago(worst);
}

function documentOf({ node: { components: _, ...node }, name, component }: Row): object {
  return { at: new Date().toISOString(), ...node, ...(component ?? { facts: { name } }) };
}

/** In a terminal each report takes the place of the one before. */
function screen(lines: readonly string[], { nodes, events }: Watch): readonly string[] {
  const up = nodes.filter(({ state }) => state === 'up').length;
  const head = `${up} ${up === 1 ? 'process' : 'processes'} up, ${nodes.length - up} not. ${new Date().toLocaleTimeString()}. Ctrl-C ends.`;
  const { isTTY, rows = 24 } = process.stdout;
  if (!isTTY) return [head, ...lines, ''];
  const news = events
    .slice(-3)
    .map(({ at, kind, name, node }) => `${at}  ${kind}  ${name ?? ''} ${node.host} ${node.pid}`);
  return [`\u001b[2J\u001b[H${head}`, ...lines.slice(0, rows - news.length - 3), '', ...news];
}

async function ended(signal: AbortSignal, forMs: number | undefined): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (forMs !== undefined) startTimer(forMs, resolve);
  });
}
