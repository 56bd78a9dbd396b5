import { importsOf, type SourceFile, targetOf } from './source-files.js';

/** What any room may use, and what uses no room: files of `src` itself, and the small helpers of `common`, each by its own file. */
const LEAVES: readonly string[] = ['errors.ts', 'logger.ts', 'common'];

const FACE = 'index.ts';

/** What each room may import of ours. Rooms are the folders of `src`; the leaves are named where allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  scheduler: ['serving', ...LEAVES],
  devbroker: ['protocol', ...LEAVES],
  wire: LEAVES,
  amqp: ['protocol', ...LEAVES],
  rpc: ['wire', 'amqp', ...LEAVES],
  telemetry: ['amqp', ...LEAVES],
  identity: ['amqp', ...LEAVES],
  serving: ['amqp', 'telemetry', ...LEAVES],
  network: ['amqp', 'identity', ...LEAVES],
  delaying: ['amqp', ...LEAVES],
  once: ['protocol', ...LEAVES],
  parked: ['wire', 'amqp', ...LEAVES],
  ui: ['amqp', 'identity', 'network', 'parked', ...LEAVES],
  component: [
    'wire',
    'amqp',
    'rpc',
    'telemetry',
    'identity',
    'network',
    'delaying',
    'once',
    'scheduler',
    ...LEAVES,
  ],
  messaging: ['wire', 'amqp', 'rpc', 'network', 'delaying', 'component', 'scheduler', ...LEAVES],
  workers: ['wire', 'amqp', 'rpc', 'delaying', 'once', 'component', 'scheduler', ...LEAVES],
  registry: ['wire', 'amqp', 'rpc', 'delaying', 'once', 'component', 'scheduler', ...LEAVES],
  app: ['wire', 'amqp', 'rpc', 'telemetry', 'delaying', 'once', 'component', 'scheduler', ...LEAVES],
  outbox: ['amqp', 'delaying', 'once', 'component', 'scheduler', ...LEAVES],
  nest: ['wire', 'amqp', 'component', 'messaging', 'scheduler', ...LEAVES],
  recurring: ['amqp', 'component', 'scheduler', ...LEAVES],
  channel: ['protocol', 'amqp', ...LEAVES],
  testing: ['devbroker', 'messaging', 'amqp', ...LEAVES],
};

const ROOMS = Object.keys(MAY_IMPORT);

/**
 * The groups of large rooms, the lowest first: a file imports from its own group and from lower ones, types included. Files
 * beside the groups stand here by their names.
 */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  amqp: [
    'common',
    'frames',
    'connection',
    'declaring',
    'publishing',
    'consuming',
    'link',
    'failing',
    'checked-settings.ts',
    'index.ts',
  ],
  messaging: [
    'status.ts',
    'control-flow.ts',
    'mistake.ts',
    'jsonify.ts',
    'exchange.ts',
    'destinations.ts',
    'subscriptions.ts',
    'handlers',
    'wires',
    'producing',
    'processing',
    'contract.ts',
    'index.ts',
  ],
  network: ['common', 'answering', 'asking', 'door.ts', 'index.ts'],
  app: [
    'common',
    'parts',
    'connections.ts',
    'amqp',
    'sse',
    'http',
    'metrics',
    'route.ts',
    'timeit.ts',
    'app-options.ts',
    'assembly.ts',
    'hooks.ts',
    'app.ts',
    'index.ts',
  ],
  devbroker: ['common', 'queues', 'exchanges', 'virtual-host', 'channels', 'server', 'index.ts'],
};

/** The face lists all rooms but those which have a door of their own, or are for programs only. The programs of `cli` use any. */
const FACE_MAY_IMPORT = [
  ...ROOMS.filter((room) => !['devbroker', 'testing', 'parked', 'ui', 'nest'].includes(room)),
  ...LEAVES,
];
const CLI_MAY_IMPORT = [...ROOMS, ...LEAVES, FACE];

/** Packages that one room keeps from the others. */
const PACKAGE_OWNERS: Readonly<Record<string, string>> = {
  amqplib: 'amqp',
  'class-transformer': 'wire',
  'reflect-metadata': 'wire',
  '@hono/node-server': 'app',
  'eventsource-parser': 'app',
  hono: 'app',
  '@nestjs/common': 'nest',
  '@nestjs/core': 'nest',
  '@opentelemetry/api': 'telemetry',
};

/**
 * Where the sources break the import table of the design.
 *
 * @param packages those that may be imported, optional ones included; imports of any other package are violations.
 */
export function importViolations(files: readonly SourceFile[], packages: readonly string[]): string[] {
  return files.flatMap((file) => {
    const strange = roomProblem(file.path);
    if (strange !== undefined) return [strange];
    return importsOf(file).flatMap(({ specifier, line }) => {
      const problem = importProblem(file, specifier, packages);
      return problem === undefined ? [] : [`${file.path}:${line} ${problem}`];
    });
  });
}

function roomProblem(path: string): string | undefined {
  const room = roomOf(path);
  if (allowedFor(room) !== undefined) return undefined;
  return `${path} is in none of the rooms that the import table knows`;
}

function importProblem(
  file: SourceFile,
  specifier: string | undefined,
  packages: readonly string[],
): string | undefined {
  if (specifier === undefined) return 'imports a module whose name is computed';
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) return packageProblem(roomOf(file.path), specifier, packages);
  const target = targetOf(file, specifier);
  return roomImportProblem(roomOf(file.path), target) ?? groupProblem(file.path, target);
}

function packageProblem(room: string, specifier: string, packages: readonly string[]): string | undefined {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (!packages.includes(name)) return `imports ${name}, which is no dependency`;
  const owner = PACKAGE_OWNERS[name];
  if (owner !== undefined && owner !== room) return `imports ${name}, which is for the room ${owner} only`;
  return undefined;
}

function roomImportProblem(room: string, target: string): string | undefined {
  const other = roomOf(target);
  if (other === room && room !== FACE) return undefined;
  if (!allowedFor(room)?.includes(other)) return `imports ${target}, which ${room} may not`;
  if (target.includes('/') && target !== `${other}/index.ts` && !LEAVES.includes(other))
    return `imports ${target} past ${other}/index.ts`;
  return undefined;
}

function groupProblem(path: string, target: string): string | undefined {
  const groups = GROUPS[roomOf(path)];
  if (!groups || roomOf(target) !== roomOf(path)) return undefined;
  const [from, to] = [groupOf(path), groupOf(target)];
  if (!groups.includes(from)) return `is in no group of ${roomOf(path)} that the import table knows`;
  return groups.indexOf(to) > groups.indexOf(from) ? `imports ${target}, which is above ${from}` : undefined;
}

/** The second folder, or the file's name. */
function groupOf(path: string): string {
  return path.split('/')[1] ?? path;
}

/** The first folder; for a file of `src` itself its own name. */
function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function allowedFor(room: string): readonly string[] | undefined {
  if (room === FACE) return FACE_MAY_IMPORT;
  if (room === 'cli') return CLI_MAY_IMPORT;
  if (LEAVES.includes(room)) return LEAVES;
  return Object.hasOwn(MAY_IMPORT, room) ? MAY_IMPORT[room] : undefined;
}
