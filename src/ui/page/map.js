/** @import { Edge, Group } from './health.js' */
/** @import { Layout, Place } from './layout.js' */
import { healthOfShare, healthWords } from './health.js';
import { box, layout } from './layout.js';
import { h } from './view.js';
import { counted, percent, rate, shortened } from './words.js';

/** With more, labels would cover each other. */
const mostLabels = 40;
const margin = 8;
const leastScale = 0.65;

/** @type {{ key: string, layout: Layout }} */
let last = { key: '', layout: { places: new Map(), width: 1, height: 1 } };

/**
 * The components as nodes, and what they send to each other. @param {readonly Group[]} groups @param {readonly Edge[]} edges
 * @param {(name: string) => boolean} isMeant those that are not are dimmed
 */
export function map(groups, edges, isMeant) {
  const known = new Map(groups.map((group) => [group.name, group]));
  const names = [...new Set([...known.keys(), ...edges.flatMap(({ from, to }) => [from, to])])];
  const { places, width, height } = layoutOf(names, edges);
  const drawn = [...edges].filter(({ from, to }) => from !== to);
  const isMeantEdge = (/** @type {Edge} */ edge) => isMeant(edge.from) || isMeant(edge.to);
  const size = { width: width + 2 * margin, height: height + 2 * margin };
  return h(
    'div',
    { class: 'map', tabindex: '-1' },
    h(
      'svg',
      {
        viewBox: `${-margin} ${-margin} ${size.width} ${size.height}`,
        ...size,
        // What is a little too wide is made smaller; what is much too wide is moved about in.
        css: { 'min-width': `${Math.round(size.width * leastScale)}px` },
        role: 'group',
        'aria-label': 'Map of components',
      },
      h(
        'g',
        { 'aria-hidden': 'true' },
        drawn.map((edge) => arrow(edge, places, isMeantEdge(edge))),
      ),
      h(
        'g',
        null,
        names.map((name) => node(name, known.get(name), places, isMeant(name))),
      ),
      h(
        'g',
        { 'aria-hidden': 'true' },
        drawn.length <= mostLabels && drawn.map((edge) => label(edge, places)),
      ),
    ),
  );
}

/** Made anew only when other names are there, or linked. @param {readonly string[]} names @param {readonly Edge[]} edges */
function layoutOf(names, edges) {
  const key = JSON.stringify([[...names].sort(), edges.map(({ from, to }) => [from, to]).sort()]);
  if (key !== last.key) last = { key, layout: layout(names, edges) };
  return last.layout;
}

/** @param {string} name @param {Group | undefined} group @param {ReadonlyMap<string, Place>} places @param {boolean} isMeant */
function node(name, group, places, isMeant) {
  const { x, y } = places.get(name) ?? { x: 0, y: 0 };
  const words = group ? wordsOf(group) : 'only sends';
  const health = group?.health ?? 'unknown';
  const inner = [
    h(
      'title',
      null,
      `${shownName(name)}: ${group ? healthWords[group.health] : 'takes nothing that is seen'}`,
    ),
    h('rect', { class: 'box', width: box.width, height: box.height, rx: 8 }),
    h('rect', { class: 'mark', x: 10, y: 12, width: 6, height: box.height - 24, rx: 3 }),
    h('text', { class: 'name', x: 26, y: 20 }, shortened(shownName(name), 20)),
    h('text', { class: 'words', x: 26, y: 36 }, words),
  ];
  const place = {
    key: name,
    transform: `translate(${x} ${y})`,
    class: `node ${health}${isMeant ? '' : ' dim'}`,
  };
  const label = `${shownName(name)}, ${group ? `${healthWords[group.health]}, ${words}` : words}`;
  return h('a', { ...place, href: hrefOf(name), 'data-item': '', 'aria-label': label }, inner);
}

/** Some messages tell no sender. @param {string} name */
function shownName(name) {
  return name === '?' ? 'not told' : name;
}

/** @param {string} name */
export function hrefOf(name) {
  return `#/component/${encodeURIComponent(name)}`;
}

/** @param {Group} group */
function wordsOf({ here, rate: perSecond, failing, ended, inflight }) {
  if (here === 0) return `${counted(ended, 'instance')} ended`;
  const parts = [here > 1 ? `${here}×` : '', `${rate(perSecond)}/s`];
  if (failing) parts.push(`${percent(failing)} fail`);
  else if (inflight > 0) parts.push(`${inflight} run`);
  return parts.filter((part) => part !== '').join(' · ');
}

/** @param {Edge} edge @param {ReadonlyMap<string, Place>} places @param {boolean} isMeant */
function arrow(edge, places, isMeant) {
  const { from, to, rate: perSecond = 0, failing } = edge;
  const width = perSecond > 0 ? 1.2 + Math.min(3.5, Math.log10(1 + perSecond)) : 1;
  const health = failing ? healthOfShare(failing) : 'ok';
  const state = `${health}${perSecond > 0 ? '' : ' still'}${isMeant ? '' : ' dim'}`;
  return h('path', {
    key: `${from}\n${to}`,
    class: `edge ${state}`,
    d: wayOf(edge, places),
    'stroke-width': width.toFixed(1),
  });
}

/** @param {Edge} edge @param {ReadonlyMap<string, Place>} places */
function label(edge, places) {
  const { from, to, rate: perSecond, failing } = edge;
  if (!perSecond && !failing) return null;
  const { start, end } = endsOf(edge, places);
  const parts = [perSecond ? `${rate(perSecond)}/s` : '', failing ? percent(failing) : ''];
  const words = parts.filter((part) => part !== '').join(' · ');
  // Behind the middle: there those of one sender are apart already, and those to one receiver still.
  const x = start.x + (end.x - start.x) * 0.56;
  const y = start.y + (end.y - start.y) * 0.59 - 3;
  const place = { key: `${from}\n${to}`, x, y, 'text-anchor': 'middle' };
  return h('text', { ...place, class: `rate ${healthOfShare(failing)}` }, words);
}

/** @param {Edge} edge @param {ReadonlyMap<string, Place>} places */
function wayOf(edge, places) {
  const { start, end } = endsOf(edge, places);
  const bend = start.x < end.x ? (end.x - start.x) / 2 : box.gapX * 0.9;
  return `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
}

/** @param {Edge} edge @param {ReadonlyMap<string, Place>} places */
function endsOf({ from, to }, places) {
  const [a, b] = [places.get(from) ?? { x: 0, y: 0 }, places.get(to) ?? { x: 0, y: 0 }];
  const middle = box.height / 2;
  return { start: { x: a.x + box.width, y: a.y + middle }, end: { x: b.x, y: b.y + middle } };
}
