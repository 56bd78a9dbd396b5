import { cut } from '../common/foreign-text.js';
import { sharedByCopies } from '../common/shared-by-copies.js';
import { isRecord } from './body.js';

/** A component that an error has passed on its way to its caller. */
export interface ErrorHop {
  /** The component, by the name of its fingerprint. */
  readonly component: string;
  /** The host that its process ran on. */
  readonly host: string;
  /** The id of its process, as text. */
  readonly pid: string;
  /** The queue from which the call came. */
  readonly queue: string;
  /** What handled it. */
  readonly handler: string;
}

/** What an error from afar was there, for whoever passes it on. */
export interface ErrorOrigin {
  /** Its class; undefined where the handler answered with an error that has none. */
  readonly name: string | undefined;
  readonly message: string;
  readonly code: string | undefined;
  readonly fields: unknown;
  /** Where it was thrown first, and who has passed it on. */
  readonly hops: readonly ErrorHop[];
}

/** The header of an answer that tells whom its error has passed. */
export const hopsHeader = 'x-waybill-hops';

/** How many hops are told. A call that goes further goes in a circle. */
export const mostHops = 16;

const origins = sharedByCopies('origins of errors', () => new WeakMap<object, ErrorOrigin>());

/** Remembers where an error has come from. */
export function rememberOrigin(error: object, origin: ErrorOrigin): void {
  origins.set(error, origin);
}

/** Where an error has come from; undefined for one of this process. */
export function errorOrigin(error: object): ErrorOrigin | undefined {
  return origins.get(error);
}

/**
 * Which components an error has passed before it came here: first that in which it was thrown, last that which has answered. Empty for
 * an error of this process, and where peers tell none. It is a peer's word.
 */
export function hopsOf(error: unknown): readonly ErrorHop[] {
  return (typeof error === 'object' && error !== null && origins.get(error)?.hops) || [];
}

/** The hops that the headers of an answer tell; what is none is left out. */
export function readHops(headers: Readonly<Record<string, unknown>> | undefined): readonly ErrorHop[] {
  const told = headers?.[hopsHeader];
  if (!Array.isArray(told)) return [];
  return (told.slice(0, mostHops) as readonly unknown[]).filter(isRecord).map((hop) => ({
    component: cut(hop['component'], 255),
    host: cut(hop['host'], 255),
    pid: cut(hop['pid'], 20),
    queue: cut(hop['queue'], 255),
    handler: cut(hop['handler'], 255),
  }));
}
