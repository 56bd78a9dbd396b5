/** @import { ComponentRow, Flow } from '../told.js' */
/** @import { Column } from './table.js' */
import { flowColumns, flowKey } from './component-screen.js';
import { hrefOf } from './map.js';
import { heading, link, quiet, section } from './parts.js';
import { store, tellChange } from './store.js';
import { table } from './table.js';
import { counted } from './words.js';

/** @typedef {{ name: string, versions: string, waybill: string }} Mixed */

/** @type {readonly Column<Mixed>[]} */
const columns = [
  { title: 'Component', of: ({ name }) => link(hrefOf(name), name), by: ({ name }) => name },
  { title: 'Versions', of: ({ versions }) => versions, class: 'long' },
  { title: 'Waybill', of: ({ waybill }) => waybill, class: 'long' },
];

/** Who still sends by an old version, and which components run in several. @param {string} search */
export function versionsScreen(search) {
  const isMeant = (/** @type {string} */ name) => name.toLowerCase().includes(search);
  const flows = oldFlows(store.flows).filter(({ sender, to }) => isMeant(sender) || isMeant(to));
  const here = (store.overview?.components ?? []).filter(({ state }) => state === 'up' || state === 'busy');
  const mixed = mixedOf(here).filter(({ name }) => isMeant(name));
  return [
    heading('Old versions'),
    section(
      'Senders of which several versions send',
      table({
        id: 'old flows',
        columns: flowColumns('both'),
        rows: flows,
        key: flowKey,
        empty: 'None: each sender tells one version, or none.',
        changed: tellChange,
      }),
      quiet(
        'Senders tell a version where WAYBILL_VERSION is set, or by their fingerprint. What has not been sent again since the receivers began is not here.',
      ),
    ),
    section(
      'Components that run in several versions',
      table({
        id: 'mixed',
        columns,
        rows: mixed,
        key: ({ name }) => name,
        empty: `None of ${counted(here.length, 'component')}.`,
        changed: tellChange,
      }),
    ),
  ];
}

/** @param {readonly Flow[]} flows */
function oldFlows(flows) {
  const versions = together(
    flows,
    ({ sender }) => sender,
    ({ version }) => version ?? '',
  );
  return flows.filter(({ sender }) => (versions.get(sender)?.size ?? 0) > 1);
}

/** @param {readonly ComponentRow[]} rows @returns {readonly Mixed[]} */
function mixedOf(rows) {
  // Of one that has told nothing yet nothing is known.
  const told = rows.filter(({ waybill }) => waybill !== '');
  const versions = together(
    told,
    ({ name }) => name,
    ({ version }) => version ?? '(none told)',
  );
  const waybills = together(
    told,
    ({ name }) => name,
    ({ waybill }) => waybill,
  );
  return [...versions.keys()]
    .filter((name) => (versions.get(name)?.size ?? 0) > 1 || (waybills.get(name)?.size ?? 0) > 1)
    .map((name) => ({ name, versions: listed(versions.get(name)), waybill: listed(waybills.get(name)) }));
}

/**
 * @template Row
 * @param {readonly Row[]} rows @param {(row: Row) => string} key @param {(row: Row) => string} value
 */
function together(rows, key, value) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const row of rows) {
    const set = found.get(key(row)) ?? new Set();
    found.set(key(row), set.add(value(row)));
  }
  return found;
}

/** @param {Set<string> | undefined} words */
function listed(words) {
  return [...(words ?? [])].sort().join(', ');
}
