import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../candidates/part.js';
import type { Workload } from '../workloads/index.js';
import { rival as amqpConnectionManager } from './amqp-connection-manager/rival.js';
import { rival as cloudamqp } from './cloudamqp/rival.js';
import { rival as golevelup } from './golevelup/rival.js';
import { rival as moleculer } from './moleculer/rival.js';
import { rival as nest } from './nest/rival.js';
import { rival as rabbitmqClient } from './rabbitmq-client/rival.js';
import { rival as rascal } from './rascal/rival.js';
import type { Rival } from './rival.js';

export type { Rival } from './rival.js';

/** In the order in which they run. Nothing of theirs is imported here: it is there only where it was installed. */
const rivals: readonly Rival[] = [
  rabbitmqClient,
  cloudamqp,
  amqpConnectionManager,
  rascal,
  golevelup,
  nest,
  moleculer,
];

const FOLDER = 'bench/rivals';

/**
 * The rivals of these names; all of them for `true`.
 *
 * @throws Error for a name that is none, and when their packages are not installed.
 */
export function selectRivals(wanted: readonly string[] | true): readonly Rival[] {
  const known = rivals.map(({ name }) => name);
  const selected = wanted === true ? known : wanted;
  const unknown = selected.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`No rival ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  if (selected.length > 0 && !existsSync(join(FOLDER, 'node_modules')))
    throw new Error(`The rivals are not installed: npm install --prefix ${FOLDER}`);
  return rivals.filter(({ name }) => selected.includes(name));
}

/** Why a rival is left out of a workload; undefined when it takes part. */
export function reasonAgainst({ name, lacks }: Rival, { driver, servers }: Workload): string | undefined {
  const reason = (role: Role): string | undefined =>
    lacks?.[role] ?? (existsSync(join(FOLDER, name, `${role}.ts`)) ? undefined : `it has no '${role}' here`);
  return [driver, ...servers].map(reason).find((each) => each !== undefined);
}

/** Where the programs of a candidate are, seen from the bench's folder. */
export function folderOf(candidate: string): string {
  return `${rivals.some(({ name }) => name === candidate) ? 'rivals' : 'candidates'}/${candidate}`;
}
