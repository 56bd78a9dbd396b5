import { cut } from '../../common/foreign-text.js';
import type { Asked, HandlerFigures, Network, NodeAnswer } from '../../network/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { logJson } from '../output.js';
import { tellAbsent } from './absent.js';
import { type Column, table } from './table.js';
import { ago, bytes, since } from './units.js';
import { defineWho, each, readWho } from './who.js';
import { withNetwork } from './with-network.js';

/** All that one component tells of itself. */
interface Told {
  readonly id: string;
  readonly node: NodeAnswer['node'];
  readonly figures: NodeAnswer['figures'];
  readonly facts: Asked['info'];
  readonly stats: Asked['stats'] | undefined;
  readonly health: unknown;
}

/** `waybill info`: all that a component tells of itself. */
export const info: CommandDefinition = {
  name: 'info',
  group: 'Components:',
  summary: 'all that a component tells of itself',
  description:
    'Tells of each component that is meant: its process, its queues, what each of its handlers has done and how long that took, the last ' +
    'error of each, and its health.',
  examples: [
    ['waybill info Shop', 'the components of a name'],
    ['waybill info 3f9c0a1b2d4e/2', 'one of them, by the id that `waybill ps` lists'],
  ],
  define: (command) => void defineWho(command, { isNeeded: true }),
  run,
};

async function run(context: Context, who: string): Promise<ExitCode> {
  const { output, json } = context;
  const told = await withNetwork(context, (network) => ask(network, who, context));
  for (const [at, one] of told.entries()) {
    if (json) logJson(output, one);
    else for (const line of [...(at > 0 ? [''] : []), ...pageOf(one)]) output.log(line);
  }
  return told.length === 0 ? exitCodes.failed : exitCodes.done;
}

async function ask(network: Network, who: string, context: Context): Promise<readonly Told[]> {
  const asked = readWho(who);
  const [infos, stats, health] = await Promise.all([
    network.ask('info', asked),
    network.ask('stats', asked),
    network.ask('health', asked),
  ]);
  await tellAbsent(network, who, infos, context);
  const byId = <Each extends { readonly ref: string }>(answers: readonly NodeAnswer<Each>[]) =>
    new Map(each(answers).map(([answer, one]) => [`${answer.node.id}/${one.ref}`, { answer, one }]));
  const [figures, healths] = [byId(stats.answers), byId(health.answers)];
  return each(infos.answers).map(([{ node }, facts]) => {
    const id = `${node.id}/${facts.ref}`;
    const known = figures.get(id);
    return {
      id,
      node,
      figures: known?.answer.figures,
      facts,
      stats: known?.one,
      health: healths.get(id)?.one.health,
    };
  });
}

function pageOf({ id, node, figures, facts, stats, health }: Told): readonly string[] {
  const { name, style, version, queues } = facts;
  const process = `${cut(node.host)} ${node.pid}, Waybill ${cut(node.waybill)}, Node ${cut(node.node)}`;
  return [
    `${cut(name)}${version ? ` ${cut(version)}` : ''} (${cut(style)}), ${cut(id)}, up ${since(facts.since)}`,
    `  process   ${process}`,
    ...(figures
      ? [
          `            ${bytes(figures.rss)}, heap ${bytes(figures.heapUsed)}, event loop late by ${ago(figures.loopDelayMs)} at worst, ` +
            `${figures.outbox.waiting} to send, ${figures.outbox.unconfirmed} unconfirmed, ${figures.reconnects} reconnects`,
        ]
      : []),
    ...(stats ? [`  health    ${stats.ok ? 'ok' : `not well: ${whyOf(health)}`}`] : []),
    ...(stats
      ? [
          `  messages  ${stats.done} done, ${stats.failed} of them failed, ${stats.inflight} run, ${stats.waiting} wait here`,
        ]
      : []),
    ...queues.map(({ queue, prefetch, concurrency, active, paused }) => {
      const state = paused ? ', paused' : active ? '' : ', the broker does not deliver from it';
      return `  queue     ${cut(queue)} (prefetch ${prefetch}, ${concurrency ?? 'batches'} at once${state})`;
    }),
    ...facts.handles.map((each) => `  handles   ${cut(each)}`),
    ...(stats && stats.handlers.length > 0 ? table(columns, stats.handlers).map((line) => `  ${line}`) : []),
  ];
}

const columns: readonly Column<HandlerFigures>[] = [
  { title: 'HANDLER', of: ({ name }) => name },
  { title: 'DONE', of: ({ done }) => done, align: 'right' },
  { title: 'FAILED', of: ({ failed }) => failed, align: 'right' },
  { title: 'AVERAGE', of: ({ averageMs }) => `${averageMs} ms`, align: 'right' },
  { title: 'P50', of: ({ p50Ms }) => `${p50Ms} ms`, align: 'right' },
  { title: 'P99', of: ({ p99Ms }) => `${p99Ms} ms`, align: 'right' },
  { title: 'LAST ERROR', of: ({ lastError }) => lastError && `${lastError.code}: ${lastError.message}` },
];

/** The first thing that is not well, in its own words. n.b. what others tell may be anything. */
function whyOf(health: unknown): string {
  const { error, queues, amqp } = Object(health) as { error?: unknown; queues?: unknown; amqp?: unknown };
  if (typeof error === 'string') return cut(error, 200);
  for (const part of [queues, amqp].flatMap((list) => (Array.isArray(list) ? list : []))) {
    const { ok, queue, error: why } = Object(part) as { ok?: unknown; queue?: unknown; error?: unknown };
    if (ok === false) return cut(`${String(queue ?? '')} ${String(why ?? '')}`.trim(), 200);
  }
  return '`waybill info --json` tells all of it';
}
