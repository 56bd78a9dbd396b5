import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Folders of `test/` that hold no tests to run: helpers, compile-only programs, recorded bytes. */
const NOT_GROUPS: readonly string[] = ['support', 'types', 'legacy', 'fixtures'];

/** Groups made of more than the folder of their name. */
const GROUP_FOLDERS: Readonly<Record<string, readonly string[]>> = { broker: ['broker', 'conformance'] };

/** Without these three, `all` is not all. */
const REQUIRED_GROUPS: readonly string[] = ['unit', 'broker', 'examples'];

const TEST_FILE = /\.test\.ts$/;

/** Files that run once with standard decorators and once with `experimentalDecorators`. */
const BOTH_MODES = /\.decorators\.test\.ts$/;

/** The tests of one group, as paths relative to the project. */
export interface TestGroup {
  /** `unit`, `broker`, `examples`, or a folder of `test/`. */
  readonly name: string;
  /** All its test files. */
  readonly files: readonly string[];
  /** Those of them which run a second time, with legacy decorators. */
  readonly bothModes: readonly string[];
  /** Whether they expect `WAYBILL_TEST_URL`. */
  readonly needsBroker: boolean;
}

/**
 * The groups a name stands for: itself, or for `all` the required ones and then any other folder with tests.
 *
 * @param filters parts of paths; where given, only files with one of them are taken.
 * @throws Error when the name is unknown or nothing is left to run: an empty run must never be green.
 */
export function collectGroups(root: string, name: string, filters: readonly string[] = []): TestGroup[] {
  const names = name === 'all' ? allGroups(root) : [name];
  const groups = names.map((each) => collectGroup(root, each, filters));
  const empty = groups.filter((group) => group.files.length === 0);
  if (filters.length === 0 && empty.length > 0) {
    throw new Error(`No test file in group ${empty.map((group) => group.name).join(', ')}`);
  }
  const filled = groups.filter((group) => group.files.length > 0);
  if (filled.length === 0) throw new Error(`No test file of group ${name} matches ${filters.join(' or ')}`);
  return filled;
}

function collectGroup(root: string, name: string, filters: readonly string[]): TestGroup {
  const folders = GROUP_FOLDERS[name] ?? [name];
  const found = folders.flatMap((folder) => testFilesUnder(root, join('test', folder)));
  const all = name === 'unit' ? [...found, ...testFilesIn(root, 'test')] : found;
  const files = all
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort();
  return {
    name,
    files,
    bothModes: files.filter((file) => BOTH_MODES.test(file)),
    needsBroker: name !== 'unit',
  };
}

function allGroups(root: string): string[] {
  const known = new Set([
    ...REQUIRED_GROUPS,
    ...REQUIRED_GROUPS.flatMap((name) => GROUP_FOLDERS[name] ?? []),
  ]);
  const others = foldersIn(root, 'test').filter(
    (folder) => !known.has(folder) && !NOT_GROUPS.includes(folder),
  );
  return [
    ...REQUIRED_GROUPS,
    ...others.filter((folder) => testFilesUnder(root, join('test', folder)).length > 0),
  ];
}

function foldersIn(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function testFilesIn(root: string, folder: string): string[] {
  return namesIn(root, folder, false);
}

function testFilesUnder(root: string, folder: string): string[] {
  return namesIn(root, folder, true);
}

function namesIn(root: string, folder: string, recursive: boolean): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { recursive, encoding: 'utf8' });
  return names.filter((name) => TEST_FILE.test(name)).map((name) => join(folder, name).split(sep).join('/'));
}
