// Small pieces that several screens have.
import { h } from './view.js';

/** @import { Shown } from './view.js' */
/** @import { Health } from './health.js' */

/** How something is, as a dot and in words. @param {Health} health @param {string} words */
export function dot(health, words) {
  return h('span', { class: `dot ${health}` }, h('span', null, words));
}

/** A place to go to, which j and k reach. @param {string} href @param {Shown} words */
export function link(href, words) {
  return h('a', { href, 'data-item': '' }, words);
}

/** One figure. @param {string} title @param {Shown} value @param {Shown} [below] */
export function figure(title, value, below) {
  return h(
    'div',
    { class: 'figure' },
    h('dt', null, title),
    h('dd', null, h('strong', null, value), below && h('small', null, below)),
  );
}

/** What is shown under a heading. @param {string} title @param {...Shown} shown */
export function section(title, ...shown) {
  return h('section', { key: `section ${title}` }, h('h2', null, title), shown);
}

/** The heading of a screen. @param {Shown} title @param {...Shown} beside */
export function heading(title, ...beside) {
  return h('div', { class: 'heading', key: 'heading' }, h('h1', { tabindex: '-1' }, title), beside);
}

/** @param {string} words @param {() => void} press @param {Readonly<Record<string, any>>} [attributes] */
export function button(words, press, attributes = {}) {
  return h('button', { type: 'button', onclick: press, ...attributes }, words);
}

/** Something is not there (yet). @param {Shown} words */
export function quiet(words) {
  return h('p', { class: 'quiet' }, words);
}

/** Something went wrong. @param {string} words */
export function trouble(words) {
  return words !== '' && h('p', { class: 'trouble', role: 'alert' }, words);
}

/** Points as a line, the last one at the right. @param {readonly number[]} points @param {string} words */
export function sparkline(points, words) {
  const [width, height] = [240, 44];
  const most = Math.max(1e-9, ...points);
  const step = width / Math.max(1, points.length - 1);
  const line = points.map(
    (each, at) => `${(at * step).toFixed(1)} ${(height - 3 - (each / most) * (height - 6)).toFixed(1)}`,
  );
  const d = line.length > 1 ? `M${line.join('L')}` : '';
  const area = line.length > 1 ? `${d}L${width} ${height}L0 ${height}Z` : '';
  return h(
    'svg',
    {
      class: 'sparkline',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': words,
      preserveAspectRatio: 'none',
    },
    h('path', { class: 'area', d: area }),
    h('path', { class: 'line', d }),
  );
}
