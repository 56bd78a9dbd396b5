import { broker } from './broker-command.js';
import { call } from './call-command.js';
import type { CommandDefinition } from './command.js';
import { completion } from './completion-command.js';
import { delayed } from './delayed-command.js';
import { doctor } from './doctor-command.js';
import { failed } from './failed-command.js';
import { forward } from './forward-command.js';
import { key } from './key-command.js';
import { listen } from './listen-command.js';
import { inflight } from './network/inflight.js';
import { info } from './network/info.js';
import { orders } from './network/orders.js';
import { ps } from './network/ps.js';
import { top } from './network/top.js';
import { whoSends } from './network/who-sends.js';
import { send } from './send-command.js';
import { ui } from './ui-command.js';

/** All commands, in the order in which the help lists them. A further one is a file and a line here. */
export const commands: readonly CommandDefinition[] = [
  ps,
  top,
  ui,
  info,
  inflight,
  whoSends,
  ...orders,
  key,
  send,
  call,
  listen,
  failed,
  delayed,
  forward,
  doctor,
  broker,
  completion,
];
