import type { EventEmitter } from 'node:events';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import type { ConnectionLostError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';

/** One of the two connections of a link. */
export type ConnectionRole = 'publishing' | 'consuming';

/** What happens to the connections of a link, and the arguments of its listeners. The log says the same in words. */
export interface LinkEventMap {
  /** Connected, for the first time or again; what was declared is declared, and consumers are coming back. */
  readonly up: [connection: ConnectionRole];
  /** Lost; it is being made again. */
  readonly down: [connection: ConnectionRole, error: ConnectionLostError];
  /** An attempt to make it again has failed; attempts count from 1 in each outage. */
  readonly failed: [connection: ConnectionRole, error: Error, attempt: number];
  /** The broker takes no messages on it now, because of an alarm. */
  readonly blocked: [connection: ConnectionRole, reason: string];
  /** The broker takes messages again. */
  readonly unblocked: [connection: ConnectionRole];
}

/**
 * Where to listen. All components with the same settings share a link, and hear of the same events; take a listener away
 * with `off` when its component is closed.
 */
export type LinkEvents = Pick<EventEmitter<LinkEventMap>, 'on' | 'once' | 'off'>;

/** Tells listeners what happens to these connections. */
export function eventsOf(
  connections: Readonly<Record<ConnectionRole, RecoveringConnection>>,
  logger: Logger,
): LinkEvents {
  const events = harmlessEmitter<LinkEventMap>(logger);
  for (const role of ['publishing', 'consuming'] as const) {
    const connection = connections[role];
    connection.on('up', () => events.emit('up', role));
    connection.on('down', (error) => events.emit('down', role, error));
    connection.on('failed', (...told) => events.emit('failed', role, ...told));
    connection.on('blocked', (reason) => events.emit('blocked', role, reason));
    connection.on('unblocked', () => events.emit('unblocked', role));
  }
  return events;
}

const eventNames = ['up', 'down', 'failed', 'blocked', 'unblocked'] as const;

/** Tells what happens at one place at another one, too; gives what ends that. */
export function relayEvents(from: LinkEvents, to: Pick<EventEmitter, 'emit'>): () => void {
  // Without the types of its arguments: they go through as they are.
  const source = from as unknown as Pick<EventEmitter, 'on' | 'off'>;
  const relays = eventNames.map((name) => {
    return { name, relay: (...told: unknown[]) => void to.emit(name, ...told) };
  });
  for (const { name, relay } of relays) source.on(name, relay);
  return () => {
    for (const { name, relay } of relays) source.off(name, relay);
  };
}
