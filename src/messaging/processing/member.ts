import { identify } from '../../component/index.js';
import { Member } from '../../network/index.js';
import type { LifeOptions } from './processor-life.js';

/** A processor as others of the network see it. */
export function newMember({ Class, options, processor, table, onEnd }: LifeOptions): Member {
  const { name, service, version } = identify(options.fingerprint, Class.name);
  return new Member({
    style: 'messaging',
    name,
    service,
    version,
    handles: table.entries.map((entry) => `${entry.category} ${entry.type} ${entry.name ?? ''}`.trimEnd()),
    health: () => processor.health(),
    quit: () => onEnd('exit'),
    restart: () => onEnd('restart'),
  });
}
