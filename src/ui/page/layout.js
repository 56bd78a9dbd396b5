// Where each node of the map stands: whoever sends stands left of whom it sends to, as far as that can be.
import { byName } from './words.js';

/** In units of the picture; between those that are not linked less is enough. */
export const box = { width: 176, height: 46, gapX: 84, gapY: 16, gapAlone: 20 };

/**
 * @typedef {{ readonly from: string, readonly to: string }} Arrow
 * @typedef {{ readonly x: number, readonly y: number }} Place
 * @typedef {{ readonly places: ReadonlyMap<string, Place>, readonly width: number, readonly height: number }} Layout
 */

/**
 * @param {readonly string[]} names @param {readonly Arrow[]} arrows
 * @returns {Layout}
 */
export function layout(names, arrows) {
  const known = new Set(names);
  const real = arrows.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const linked = new Set(real.flatMap(({ from, to }) => [from, to]));
  const alone = names.filter((name) => !linked.has(name)).sort(byName);
  const layers = ordered(layersOf([...linked], real), real);
  const rows = Math.max(8, Math.ceil(Math.sqrt(names.length)));
  const columns = layers.flatMap((layer) => split(layer, rows));
  return placed(columns, split(alone, rows));
}

/**
 * Each stands one further than the furthest of those that send to it; arrows that would lead back are not counted.
 * @param {readonly string[]} names @param {readonly Arrow[]} arrows
 */
function layersOf(names, arrows) {
  const next = grouped(arrows, 'from', 'to');
  const back = backArrows(names, next);
  /** @type {Map<string, number>} */
  const depth = new Map(names.map((name) => [name, 0]));
  const forward = arrows.filter(({ from, to }) => !back.has(JSON.stringify([from, to])));
  // As often as the longest way is long: without ways back it ends.
  for (let moved = true; moved; ) {
    moved = false;
    for (const { from, to } of forward) {
      const least = (depth.get(from) ?? 0) + 1;
      if ((depth.get(to) ?? 0) >= least) continue;
      depth.set(to, least);
      moved = true;
    }
  }
  /** @type {string[][]} */
  const layers = [];
  for (const [name, at] of depth) layers[at] = [...(layers[at] ?? []), name];
  return layers;
}

/**
 * The arrows that close a circle.
 * @param {readonly string[]} names @param {ReadonlyMap<string, readonly string[]>} next
 */
function backArrows(names, next) {
  const back = new Set();
  /** Undefined, then on the way, then done. @type {Map<string, 'open' | 'done'>} */
  const state = new Map();
  for (const start of names) {
    /** @type {{ name: string, at: number }[]} */
    const way = [];
    if (!state.has(start)) way.push({ name: start, at: 0 });
    while (way.length > 0) {
      const step = /** @type {{ name: string, at: number }} */ (way.at(-1));
      state.set(step.name, 'open');
      const to = next.get(step.name)?.[step.at++];
      if (to === undefined) {
        state.set(step.name, 'done');
        way.pop();
      } else if (state.get(to) === 'open') back.add(JSON.stringify([step.name, to]));
      else if (!state.has(to)) way.push({ name: to, at: 0 });
    }
  }
  return back;
}

/**
 * Within a layer each stands near those that it is linked to, so that few arrows cross.
 * @param {readonly string[][]} layers @param {readonly Arrow[]} arrows
 */
function ordered(layers, arrows) {
  const before = grouped(arrows, 'to', 'from');
  const after = grouped(arrows, 'from', 'to');
  let now = layers.map((layer) => [...layer].sort(byName));
  for (let round = 0; round < 4; round++) {
    const links = round % 2 === 0 ? before : after;
    const rank = new Map(now.flatMap((layer) => layer.map((name, at) => [name, at / layer.length])));
    now = now.map((layer) => sortedBy(layer, (name) => middle(links.get(name), rank) ?? rank.get(name) ?? 0));
  }
  return now;
}

/** @param {readonly string[]} layer @param {(name: string) => number} weight */
function sortedBy(layer, weight) {
  return layer
    .map((name) => ({ name, weight: weight(name) }))
    .sort((one, other) => one.weight - other.weight || byName(one.name, other.name))
    .map(({ name }) => name);
}

/** @param {readonly string[] | undefined} names @param {ReadonlyMap<string, number>} rank */
function middle(names, rank) {
  if (!names || names.length === 0) return undefined;
  return names.reduce((sum, name) => sum + (rank.get(name) ?? 0), 0) / names.length;
}

/** @param {readonly Arrow[]} arrows @param {'from' | 'to'} key @param {'from' | 'to'} value */
function grouped(arrows, key, value) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const arrow of arrows) {
    const group = groups.get(arrow[key]);
    if (group) group.push(arrow[value]);
    else groups.set(arrow[key], [arrow[value]]);
  }
  return groups;
}

/** A layer that is too high is several columns. @param {readonly string[]} layer @param {number} rows */
function split(layer, rows) {
  const columns = [];
  const each = Math.ceil(layer.length / Math.ceil(layer.length / rows));
  for (let at = 0; at < layer.length; at += each) columns.push(layer.slice(at, at + each));
  return columns;
}

/**
 * @param {readonly (readonly string[])[]} columns @param {readonly (readonly string[])[]} alone
 * @returns {Layout}
 */
function placed(columns, alone) {
  const stepY = box.height + box.gapY;
  const most = Math.max(1, ...[...columns, ...alone].map((column) => column.length));
  /** @type {Map<string, Place>} */
  const places = new Map();
  let x = 0;
  const put = (
    /** @type {readonly string[]} */ column,
    /** @type {number} */ top,
    /** @type {number} */ gap,
  ) => {
    column.forEach((name, row) => void places.set(name, { x, y: top + row * stepY }));
    x += box.width + gap;
  };
  for (const column of columns) put(column, ((most - column.length) * stepY) / 2, box.gapX);
  for (const column of alone) put(column, 0, box.gapAlone);
  const lastGap = alone.length > 0 ? box.gapAlone : box.gapX;
  return { places, width: Math.max(box.width, x - lastGap), height: most * stepY - box.gapY };
}
