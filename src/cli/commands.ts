import { broker } from './broker-command.js';
import type { CommandDefinition } from './command.js';
import { doctor } from './doctor-command.js';
import { failed } from './failed-command.js';

/** All commands, in the order in which the help lists them. A further one is a file and a line here. */
export const commands: readonly CommandDefinition[] = [failed, doctor, broker];
