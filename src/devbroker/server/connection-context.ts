import type { ReplyRegistry } from '../channels/reply-registry.js';
import type { BrokerClock } from '../common/clock.js';
import type { EventStream } from '../common/events.js';
import type { Interceptor } from '../common/interceptor.js';
import type { Connection } from './connection.js';
import type { HandshakeContext } from './handshake.js';
import type { Turns } from './turns.js';

/** What a connection needs of its broker. */
export interface ConnectionContext extends HandshakeContext {
  readonly clock: BrokerClock;
  readonly events: EventStream;
  readonly replies: ReplyRegistry;
  readonly interceptor: Interceptor;
  readonly turns: Turns;
  /** Why publishers are held up at present, if they are. */
  readonly blockReason: string | undefined;
  onClosed(connection: Connection): void;
}
