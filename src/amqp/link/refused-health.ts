import type { TopologyError } from '../../errors.js';
import type { Consumer } from '../consuming/consumer.js';
import { type Declaration, queueOf } from '../declaring/declaration.js';
import type { LinkHealth, QueueHealth } from './health.js';

type Refused = ReadonlyMap<Declaration, TopologyError>;

/**
 * The health of a link, or of one of its components, from which something was left out: it is not well, and the broker has
 * said why. Queues that others of `all` consume are theirs to tell; an exchange may be anybody's.
 */
export function withRefusals(health: LinkHealth, refused: Refused, all: Iterable<Consumer>): LinkHealth {
  if (refused.size === 0) return health;
  const own = new Set(health.queues.map(({ queue }) => queue));
  const consumed = new Set([...all].flatMap((consumer) => consumer.queues.map(({ queue }) => queue)));
  const isOurs = (queue: string | undefined): boolean =>
    queue === undefined || own.has(queue) || !consumed.has(queue);
  const [reason, ...others] = [...refused].flatMap(([declaration, error]) =>
    isOurs(queueOf(declaration)) ? [error] : [],
  );
  if (!reason) return health;
  const queues = health.queues.map((each) => withReason(each, refused));
  const more = others.length > 0 ? ` It has refused ${others.length} more.` : '';
  return { ...health, ok: false, queues, error: `${reason.message}${more}` };
}

/** A queue that was refused is not there, or not bound: the broker can say of it only that it is not there. */
function withReason(health: QueueHealth, refused: Refused): QueueHealth {
  const own = [...refused].find(([declaration]) => queueOf(declaration) === health.queue);
  return own ? { ...health, ok: false, error: own[1].message } : health;
}
