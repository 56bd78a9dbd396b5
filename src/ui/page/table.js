import { h } from './view.js';
import { byName, counted } from './words.js';

/** @import { Shown } from './view.js' */

/** More are shown when somebody asks for them. */
const mostRows = 500;

/**
 * A column: its cell, and by what it is sorted where it can be.
 * @template Row
 * @typedef {{ title: string, of: (row: Row) => Shown, by?: (row: Row) => string | number | undefined, class?: string }} Column
 */

/** What is sorted by, by the table. @type {Map<string, { title: string, isDown: boolean }>} */
const sortings = new Map();
/** @type {Set<string>} */
const unfolded = new Set();

/**
 * A table that is sorted by whichever heading is pressed.
 * @template Row
 * @param {{ id: string, columns: readonly Column<Row>[], rows: readonly Row[], key: (row: Row) => string, empty: string,
 *   changed: () => void, rowClass?: (row: Row) => string }} options
 */
export function table({ id, columns, rows, key, empty, changed, rowClass }) {
  if (rows.length === 0) return h('p', { class: 'quiet' }, empty);
  const all = sorted(id, columns, rows);
  const shown = unfolded.has(id) ? all : all.slice(0, mostRows);
  const more = () => {
    unfolded.add(id);
    changed();
  };
  return h(
    'div',
    { class: 'table', key: id },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          columns.map((column) => heading(id, column, changed)),
        ),
      ),
      h(
        'tbody',
        null,
        shown.map((row) =>
          h(
            'tr',
            { key: key(row), class: rowClass?.(row) },
            columns.map((column) => h('td', { class: column.class }, column.of(row))),
          ),
        ),
      ),
    ),
    shown.length < all.length &&
      h('button', { type: 'button', onclick: more }, `Show all ${counted(all.length, 'row')}`),
  );
}

/**
 * @template Row
 * @param {string} id @param {Column<Row>} column @param {() => void} changed
 */
function heading(id, { title, by, class: kind }, changed) {
  const now = sortings.get(id);
  const isBy = now?.title === title;
  const direction = isBy ? (now.isDown ? 'descending' : 'ascending') : undefined;
  const press = () => {
    // Numbers are of interest from the largest on.
    sortings.set(id, { title, isDown: isBy ? !now.isDown : (kind?.includes('number') ?? false) });
    changed();
  };
  return h(
    'th',
    { scope: 'col', class: kind, 'aria-sort': direction },
    by ? h('button', { type: 'button', onclick: press }, title) : title,
  );
}

/**
 * @template Row
 * @param {string} id @param {readonly Column<Row>[]} columns @param {readonly Row[]} rows
 */
function sorted(id, columns, rows) {
  const now = sortings.get(id);
  const by = columns.find(({ title }) => title === now?.title)?.by;
  if (!by) return rows;
  const sign = now?.isDown ? -1 : 1;
  return [...rows].sort((one, other) => sign * compared(by(one), by(other)));
}

/** @param {string | number | undefined} one @param {string | number | undefined} other */
function compared(one, other) {
  if (typeof one === 'string' && typeof other === 'string') return byName(one, other);
  return Number(one ?? -1) - Number(other ?? -1);
}
