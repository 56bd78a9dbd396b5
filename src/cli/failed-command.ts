import type { CommandDefinition } from './command.js';
import { drop } from './failed/drop.js';
import { edit } from './failed/edit.js';
import { list } from './failed/list.js';
import { replay } from './failed/replay.js';
import { show } from './failed/show.js';

/** `waybill failed`: looks after the messages that components have parked in `<queue>.failed`. */
export const failed: CommandDefinition = {
  name: 'failed',
  group: 'Messages:',
  summary: 'look at parked messages, mend them, send them back',
  description:
    'Looks after the messages that components have given up and parked in <queue>.failed. Name the queue that they were taken ' +
    'from, without .failed. Nothing is lost at any moment: what is sent back or edited is confirmed before the original is removed.',
  examples: [
    ['waybill failed list orders --group', 'what is parked for the queue `orders`, by what it failed of'],
    ['waybill failed replay orders --all', 'back to the queue: same message ids, one more run each'],
  ],
  commands: [list, show, edit, replay, drop],
};
