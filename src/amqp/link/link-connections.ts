import type { Logger } from '../../logger.js';
import { OutageLog } from '../connection/outage-log.js';
import { RecoveringConnection } from '../connection/recovering-connection.js';
import type { Settings } from '../connection/settings.js';
import type { LinkConnections, Topology } from '../declaring/topology.js';

/** Makes them; nothing is connected yet. After each loss what is known is declared again, before anybody else is there. */
export function linkConnections(
  settings: Settings,
  name: string,
  logger: Logger,
  topology: Topology,
): LinkConnections {
  const outages = new OutageLog(name, logger);
  const connection = (role: string, exclusive: boolean): RecoveringConnection => {
    const prepare = topology.replaying({ exclusive });
    return new RecoveringConnection(settings, `${name} ${role}`, outages, prepare);
  };
  const connections = {
    publishing: connection('publishes', false),
    consuming: connection('consumes', true),
  };
  topology.keepOn(connections);
  return connections;
}
