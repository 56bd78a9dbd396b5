import type { Logger } from '../logger.js';
import { LastingConnection } from './lasting-connection.js';
import type { Settings } from './settings.js';
import type { Topology } from './topology.js';

/** The two connections of a link. Exclusive queues belong to the one that consumes. */
export interface LinkConnections {
  readonly publishing: LastingConnection;
  readonly consuming: LastingConnection;
}

/** Makes them; nothing is connected yet. After each loss what is known is declared again, before anybody else is there. */
export function linkConnections(
  settings: Settings,
  name: string,
  logger: Logger,
  topology: Topology,
): LinkConnections {
  const connection = (role: string, exclusive: boolean): LastingConnection => {
    const prepare = topology.replaying({ exclusive });
    return new LastingConnection(settings, `${name} ${role}`, logger, prepare);
  };
  const connections = {
    publishing: connection('publishes', false),
    consuming: connection('consumes', true),
  };
  topology.keepOn(connections);
  return connections;
}
