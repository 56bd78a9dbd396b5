import type { MemberOptions } from '../network/index.js';
import { identify } from './identity.js';
import type { ComponentInfo } from './middleware.js';

/** What a component of any style can be asked, and how it ends. */
interface Running {
  health(): Promise<{ readonly ok: boolean }>;
  drain(): Promise<void>;
}

/** How a component shows itself to the network of components. @param handles what it has handlers for */
export function seenAs(
  { style, name }: ComponentInfo,
  component: Running,
  handles: readonly string[] = [],
): MemberOptions {
  const { service, version } = identify({ name }, name);
  return {
    style,
    name,
    service,
    version,
    handles,
    health: () => component.health(),
    quit: () => component.drain(),
  };
}
