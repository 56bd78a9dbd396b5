import type { EventEmitter } from 'node:events';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import type { ConnectionLostError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';

/** One of the two connections of a link. */
export type ConnectionRole = 'publishing' | 'consuming';

/** What happens to the connections of a link, and the arguments of its listeners. The log says the same in words. */
export interface LinkEventMap {
  /**
   * Emitted when a connection is made, for the first time or again: what was declared is declared then, and consumers
   * are coming back.
   */
  readonly up: [connection: ConnectionRole];
  /** Emitted when a connection is lost; it is being made again. */
  readonly down: [connection: ConnectionRole, error: ConnectionLostError];
  /** Emitted when an attempt to connect again has failed; attempts count from 1 in each outage. */
  readonly failed: [connection: ConnectionRole, error: Error, attempt: number];
  /** Emitted when the broker takes no messages on a connection any more, because of an alarm. */
  readonly blocked: [connection: ConnectionRole, reason: string];
  /** Emitted when the broker takes messages on a connection again. */
  readonly unblocked: [connection: ConnectionRole];
}

/**
 * The events of a component's connections. All components with the same settings share these; take a listener away with
 * `off` when its component is closed.
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
