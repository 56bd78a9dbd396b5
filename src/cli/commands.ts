import { broker } from './broker-command.js';
import { call } from './call-command.js';
import type { CommandDefinition } from './command.js';
import { completion } from './completion-command.js';
import { doctor } from './doctor-command.js';
import { failed } from './failed-command.js';
import { listen } from './listen-command.js';
import { send } from './send-command.js';

/** All commands, in the order in which the help lists them. A further one is a file and a line here. */
export const commands: readonly CommandDefinition[] = [
  send,
  call,
  listen,
  failed,
  doctor,
  broker,
  completion,
];
