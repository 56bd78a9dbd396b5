/** @import { ComponentRow, Flow } from '../told.js' */
import { byName } from './words.js';

/**
 * How something is, the worst last.
 * @typedef {'ok' | 'ended' | 'paused' | 'failing' | 'busy' | 'bad'} Health
 */

/** Which share of messages may fail before it is bad. */
const badShare = 0.05;

/** For people. @type {Readonly<Record<Health, string>>} */
export const healthWords = {
  ok: 'well',
  paused: 'paused',
  failing: 'some messages fail',
  busy: 'busy: does not answer',
  bad: 'unwell',
  ended: 'ended',
};

/** In this order a group is as its worst. @type {readonly Health[]} */
const order = ['ended', 'ok', 'paused', 'failing', 'busy', 'bad'];

/** @param {ComponentRow} row @returns {Health} */
export function healthOf({ state, ok, paused, failing = 0 }) {
  if (state === 'left') return 'ended';
  if (state === 'gone' || state === 'lost') return 'bad';
  if (state === 'busy') return 'busy';
  if (!ok || failing > badShare) return 'bad';
  if (paused) return 'paused';
  return failing > 0 ? 'failing' : 'ok';
}

/** What stands for its state in a word. @param {ComponentRow} row */
export function stateWord({ state, ok, paused }) {
  if (state !== 'up') return state;
  if (!ok) return 'unwell';
  return paused ? 'paused' : 'up';
}

/** Of a share of messages that fail. @param {number | undefined} failing @returns {Health} */
export function healthOfShare(failing = 0) {
  if (failing > badShare) return 'bad';
  return failing > 0 ? 'failing' : 'ok';
}

/**
 * All components of a name.
 * @typedef {{ name: string, health: Health, here: number, ended: number, rate: number | undefined, failing: number | undefined,
 *   inflight: number, waiting: number }} Group
 */

/** One for each name, in the order of names. @param {readonly ComponentRow[]} rows @returns {readonly Group[]} */
export function groupsOf(rows) {
  /** @type {Map<string, ComponentRow[]>} */
  const named = new Map();
  for (const row of rows) {
    const group = named.get(row.name);
    if (group) group.push(row);
    else named.set(row.name, [row]);
  }
  return [...named]
    .map(([name, all]) => groupOf(name, all))
    .sort((one, other) => byName(one.name, other.name));
}

/** @param {string} name @param {readonly ComponentRow[]} all @returns {Group} */
function groupOf(name, all) {
  const here = all.filter(({ state }) => state === 'up' || state === 'busy');
  // Those that have ended are told, but where others took their place nothing is wrong now.
  const judged = here.length > 0 ? here : all;
  const worst = Math.max(...judged.map((row) => order.indexOf(healthOf(row))));
  const known = here.filter(({ rate }) => rate !== undefined);
  const rate = known.reduce((sum, each) => sum + (each.rate ?? 0), 0);
  const failed = known.reduce((sum, each) => sum + (each.rate ?? 0) * (each.failing ?? 0), 0);
  return {
    name,
    health: order[worst] ?? 'ok',
    here: here.length,
    ended: all.length - here.length,
    rate: known.length === 0 ? undefined : rate,
    failing: rate === 0 ? undefined : failed / rate,
    inflight: here.reduce((sum, each) => sum + each.inflight, 0),
    waiting: here.reduce((sum, each) => sum + each.waiting, 0),
  };
}

/**
 * All that one name sends to another.
 * @typedef {{ from: string, to: string, rate: number | undefined, failing: number | undefined, count: number, messages: string[] }} Edge
 */

/** One for each sender and receiver. @param {readonly Flow[]} flows @returns {readonly Edge[]} */
export function edgesOf(flows) {
  /** @type {Map<string, Edge & { weight: number, failed: number }>} */
  const edges = new Map();
  for (const { sender, to, message, count, rate, failing = 0 } of flows) {
    const key = JSON.stringify([sender, to]);
    const edge = edges.get(key) ?? {
      from: sender,
      to,
      rate: undefined,
      failing: undefined,
      count: 0,
      messages: [],
      weight: 0,
      failed: 0,
    };
    edges.set(key, edge);
    edge.count += count;
    if (rate !== undefined) edge.rate = (edge.rate ?? 0) + rate;
    // Where nothing moves now, what was counts.
    const weight = rate || count / 1e9;
    edge.weight += weight;
    edge.failed += weight * failing;
    edge.failing = edge.weight === 0 ? undefined : edge.failed / edge.weight;
    if (!edge.messages.includes(message)) edge.messages.push(message);
  }
  return [...edges.values()];
}
