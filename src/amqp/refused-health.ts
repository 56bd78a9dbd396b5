import type { TopologyError } from '../errors.js';
import { type Declaration, queueOf } from './declaration.js';
import type { LinkHealth, QueueHealth } from './health.js';

/** The health of a link from which something was left out: it is not well, and the broker has said why. */
export function withRefusals(
  health: LinkHealth,
  refused: ReadonlyMap<Declaration, TopologyError>,
): LinkHealth {
  const [reason] = refused.values();
  if (!reason) return health;
  const queues = health.queues.map((each) => withReason(each, refused));
  return { ...health, ok: false, queues, error: reason.message };
}

/** A queue that was refused is not there: the broker can say only that. */
function withReason(health: QueueHealth, refused: ReadonlyMap<Declaration, TopologyError>): QueueHealth {
  const own = [...refused].find(([declaration]) => queueOf(declaration) === health.queue);
  return own ? { ...health, ok: false, error: own[1].message } : health;
}
