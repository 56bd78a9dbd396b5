import type { SeenComponent, SeenNode } from '../network/index.js';
import type { Recent } from './recent.js';
import type { ComponentRow } from './told.js';

/** All components that are known, each as a row. */
export function rowsOf(nodes: readonly SeenNode[], recent: Recent): readonly ComponentRow[] {
  const rows = nodes.flatMap((node) => [
    ...node.components.map((component) => rowOf(node, component, recent)),
    ...node.unheard.map((name) => unheardRow(node, name)),
  ]);
  recent.keep(new Set(rows.map(({ id }) => id)));
  return rows;
}

/** By which a component is known among all. */
export function idOf({ node }: Pick<SeenNode, 'node'>, ref: string): string {
  return `${node.id}/${ref}`;
}

function rowOf(seen: SeenNode, { facts, figures, rate }: SeenComponent, recent: Recent): ComponentRow {
  const { node, state, stateSince, figures: process } = seen;
  const id = idOf(seen, facts.ref);
  return {
    id,
    name: facts.name,
    style: facts.style,
    version: facts.version,
    waybill: node.waybill,
    since: facts.since,
    host: node.host,
    pid: node.pid,
    state,
    stateSince,
    ok: figures?.ok ?? true,
    paused: (figures?.paused.length ?? 0) > 0,
    rate,
    failing: figures && recent.failing(id, figures.done, figures.failed),
    inflight: figures?.inflight ?? 0,
    waiting: figures?.waiting ?? 0,
    done: figures?.done ?? 0,
    failed: figures?.failed ?? 0,
    p99Ms: (figures?.handlers ?? []).reduce((worst, { p99Ms }) => Math.max(worst, p99Ms), 0),
    loopMs: process?.loopDelayMs ?? 0,
    queues: facts.queues.map(({ queue }) => queue),
  };
}

/** Of one that has told nothing: it was busy or frozen before it was looked for, and the broker tells of it. */
function unheardRow({ node, state, stateSince }: SeenNode, name: string): ComponentRow {
  const told = { style: '', version: undefined, waybill: '', since: '' };
  const place = { host: node.host, pid: node.pid, state, stateSince };
  const figures = { rate: undefined, failing: undefined, inflight: 0, waiting: 0, done: 0, failed: 0 };
  return {
    id: `${node.id}/${name}`,
    name,
    ...told,
    ...place,
    ok: true,
    paused: false,
    ...figures,
    p99Ms: 0,
    loopMs: 0,
    queues: [],
  };
}
