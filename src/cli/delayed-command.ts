import type { CommandDefinition } from './command.js';
import { list } from './delayed/list.js';

/** `waybill delayed`: looks at what is kept back. */
export const delayed: CommandDefinition = {
  name: 'delayed',
  group: 'Messages:',
  summary: 'how much is kept back, and whether somebody sends it on',
  description:
    'Looks at late messages, sent with delayMs or at. How many wait is known, and which they are is not: RabbitMQ shows what is in a queue by handing it out only, ' +
    'and what is handed out is late then. So none is found by its id, cancelled, or sent before its time; give it a key that its handler looks up, and drops what was cancelled.',
  examples: [['waybill delayed list', 'how many wait in each level, are due, and could not be delivered']],
  commands: [list],
};
