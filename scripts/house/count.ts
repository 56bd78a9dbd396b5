// How large the house is, and how many functions a message passes through: `npm run house`, with `--list` for each of them.
import { readSourceFiles } from '../../test/support/architecture/source-files.js';
import { type Hops, hopsOfPing } from './hops.js';
import { roomOf, type Size, sizeOf } from './sizes.js';

const files = readSourceFiles('src');
const rooms = [...new Set(files.map(roomOf))].sort();
const styles = ['messaging', 'workers', 'registry', 'app'];

console.log(row('room', ['files', 'lines', 'code', 'functions', 'median', '90 %', 'longest']));
for (const room of rooms) console.log(sizeRow(room, sizeOf(files.filter((file) => roomOf(file) === room))));
console.log(sizeRow('four styles', sizeOf(files.filter((file) => styles.includes(roomOf(file))))));
console.log(sizeRow('all', sizeOf(files)));

const hops = await hopsOfPing();
tell('message_ping(), until it is confirmed', hops.out);
tell('a delivery, until it is acked', hops.in);

function tell(way: string, { functions, files }: Hops): void {
  console.log(`\n${way}: ${functions.length} functions in ${files} files`);
  if (process.argv.includes('--list')) for (const each of functions) console.log(`  ${each}`);
}

function sizeRow(name: string, { files, lines, code, functions }: Size): string {
  const at = (part: number): number => functions[Math.floor((functions.length - 1) * part)] ?? 0;
  return row(name, [files, lines, code, functions.length, at(0.5), at(0.9), at(1)]);
}

function row(name: string, cells: readonly (string | number)[]): string {
  return name.padEnd(14) + cells.map((cell) => String(cell).padStart(10)).join('');
}
