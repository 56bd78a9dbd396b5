import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { whyMissing } from '../../test/interop/python.js';
import type { Role } from '../candidates/part.js';
import type { Workload } from '../workloads/index.js';
import { rival as aioPika } from './aio-pika/rival.js';
import { rival as amqpConnectionManager } from './amqp-connection-manager/rival.js';
import { rival as cloudamqp } from './cloudamqp/rival.js';
import { rival as golevelup } from './golevelup/rival.js';
import { rival as moleculer } from './moleculer/rival.js';
import { rival as nest } from './nest/rival.js';
import { rival as pika } from './pika/rival.js';
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
  pika,
  aioPika,
];

/** Where their folders are. */
export const FOLDER = 'bench/rivals';

/**
 * The rivals of these names; all of them for `true`.
 *
 * @throws Error for a name that is none, and when packages of npm are not installed.
 */
export function selectRivals(wanted: readonly string[] | true): readonly Rival[] {
  const known = rivals.map(({ name }) => name);
  const names = wanted === true ? known : wanted;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`No rival ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  const selected = rivals.filter(({ name }) => names.includes(name));
  if (selected.some(isOfNode) && !existsSync(join(FOLDER, 'node_modules')))
    throw new Error(`The rivals are not installed: npm install --prefix ${FOLDER}`);
  return selected;
}

/** Whether it is run by Node, from compiled sources and with packages of npm. */
export function isOfNode({ python }: Rival): boolean {
  return python === undefined;
}

/** Why a rival is left out of a workload; undefined when it takes part. */
export function reasonAgainst(
  { name, lacks, python }: Rival,
  { driver, servers }: Workload,
): string | undefined {
  const fileOf = (role: Role): string => join(FOLDER, name, `${role}.${python ? 'py' : 'ts'}`);
  const reason = (role: Role): string | undefined =>
    lacks?.[role] ?? (existsSync(fileOf(role)) ? undefined : `it has no '${role}' here`);
  const lacking = [driver, ...servers].map(reason).find((each) => each !== undefined);
  return lacking ?? ((python && whyMissing(python)) || undefined);
}

/** The rival of this name; undefined for a candidate that is none. */
export function rivalNamed(name: string): Rival | undefined {
  return rivals.find((rival) => rival.name === name);
}
