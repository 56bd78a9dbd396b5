import { broker } from './broker-command.js';
import type { CommandDefinition } from './command.js';
import { doctor } from './doctor-command.js';
import { failed } from './failed-command.js';
import { inflight } from './network/inflight.js';
import { info } from './network/info.js';
import { ps } from './network/ps.js';
import { top } from './network/top.js';
import { whoSends } from './network/who-sends.js';
import { ui } from './ui-command.js';

/** All commands, in the order in which the help lists them. A further one is a file and a line here. */
export const commands: readonly CommandDefinition[] = [
  ps,
  top,
  ui,
  info,
  inflight,
  whoSends,
  failed,
  doctor,
  broker,
];
