import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type RabbitmqOnly, rabbitmqOnly } from './rabbitmq-only.js';

/** Folders of `test/` that hold no tests to run: helpers, compile-only programs, recorded bytes. */
const NOT_GROUPS: readonly string[] = ['support', 'types', 'legacy', 'fixtures'];

/** The group that is all tests with a broker, on the embedded one. */
const EMBEDDED = 'embedded';

/** Groups whose tests start nodes of RabbitMQ themselves, kill them and start them again. */
const WITH_OWN_NODES: readonly string[] = ['faults', 'cluster'];

/** What it leaves out: `unit` has no broker, the others start an embedded one themselves and compare, or want RabbitMQ. */
const NOT_ON_EMBEDDED: readonly string[] = ['unit', 'parity', 'interop', ...WITH_OWN_NODES];

/** Without these, `all` is not all. */
const REQUIRED_GROUPS: readonly string[] = ['unit', 'broker', 'conformance', 'examples', EMBEDDED];

const TEST_FILE = /\.test\.ts$/;

/** Files that run once with standard decorators and once with `experimentalDecorators`. */
const BOTH_MODES = /\.decorators\.test\.ts$/;

/** Files that run with `experimentalDecorators` only: those of Nest know no others. */
const LEGACY_ONLY = /^test\/nest\//;

/** Files that run once with our own frames and once with those of amqplib, which we fall back to. */
const BY_AMQPLIB_TOO = /broker\/amqp\/(large-headers|publisher|subscriptions|tls)|conformance\/rpc\//;

/** Whether a file runs with `experimentalDecorators` only. */
export function isLegacyOnly(file: string): boolean {
  return LEGACY_ONLY.test(file);
}

/** The broker that a group's tests find at `WAYBILL_TEST_URL`; `own` is none: they start nodes themselves. */
export type BrokerKind = 'none' | 'embedded' | 'RabbitMQ' | 'own';

/** The tests of one group, as paths relative to the project. */
export interface TestGroup {
  /** `embedded`, or a folder of `test/`. */
  readonly name: string;
  /** All its test files. */
  readonly files: readonly string[];
  /** Those of them which run a second time, with legacy decorators: once is enough for that, on one RabbitMQ. */
  readonly bothModes: readonly string[];
  /** Those of them which run a second time, without our own frames. */
  readonly byAmqplibToo: readonly string[];
  readonly broker: BrokerKind;
  /** Files that would belong to it and are not run, each with its reason. */
  readonly leftOut: readonly RabbitmqOnly[];
}

/**
 * The groups a name stands for: `all`; `usual`, which is all but those that start nodes themselves, since they take long; else
 * itself.
 *
 * @param filters parts of paths; where given, only files with one of them are taken.
 * @throws Error when the name is unknown or nothing is left to run: an empty run must never be green.
 */
export function collectGroups(root: string, name: string, filters: readonly string[] = []): TestGroup[] {
  const groups = groupsOf(root, name).map((each) => collectGroup(root, each, filters));
  const empty = groups.filter((group) => group.files.length === 0);
  if (filters.length === 0 && empty.length > 0) {
    throw new Error(`No test file in group ${empty.map((group) => group.name).join(', ')}`);
  }
  const filled = groups.filter((group) => group.files.length > 0);
  if (filled.length === 0) throw new Error(`No test file of group ${name} matches ${filters.join(' or ')}`);
  return filled;
}

function collectGroup(root: string, name: string, filters: readonly string[]): TestGroup {
  const isWanted = (file: string): boolean =>
    filters.length === 0 || filters.some((part) => file.includes(part));
  const all = filesOf(root, name).filter(isWanted).sort();
  const leftOut = name === EMBEDDED ? rabbitmqOnly.filter(({ file }) => all.includes(file)) : [];
  const files = all.filter((each) => !leftOut.some(({ file }) => file === each));
  const bothModes = name === EMBEDDED ? [] : files.filter((file) => BOTH_MODES.test(file));
  const byAmqplibToo = name === EMBEDDED ? [] : files.filter((file) => BY_AMQPLIB_TOO.test(file));
  return { name, files, bothModes, byAmqplibToo, broker: brokerOf(name), leftOut };
}

function brokerOf(name: string): BrokerKind {
  if (name === EMBEDDED) return 'embedded';
  if (WITH_OWN_NODES.includes(name)) return 'own';
  return name === 'unit' ? 'none' : 'RabbitMQ';
}

function filesOf(root: string, name: string): string[] {
  const folders = name === EMBEDDED ? foldersForEmbedded(root) : [name];
  const files = folders.flatMap((folder) => testFilesUnder(root, join('test', folder)));
  return name === 'unit' ? [...files, ...testFilesIn(root, 'test')] : files;
}

function foldersForEmbedded(root: string): string[] {
  return testFolders(root).filter((folder) => !NOT_ON_EMBEDDED.includes(folder));
}

function groupsOf(root: string, name: string): readonly string[] {
  if (name === 'all') return allGroups(root);
  if (name === 'usual') return allGroups(root).filter((group) => !WITH_OWN_NODES.includes(group));
  return [name];
}

function allGroups(root: string): string[] {
  return [...REQUIRED_GROUPS, ...testFolders(root).filter((folder) => !REQUIRED_GROUPS.includes(folder))];
}

/** The folders of `test/` that hold tests. */
function testFolders(root: string): string[] {
  const folders = foldersIn(root, 'test').filter((folder) => !NOT_GROUPS.includes(folder));
  return folders.filter((folder) => testFilesUnder(root, join('test', folder)).length > 0);
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
