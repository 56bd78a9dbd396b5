import { failedQueueName, type Link } from '../../amqp/index.js';
import { askDue, nobodyForwards, parkedAs } from '../../delaying/index.js';
import type { Finding } from './finding.js';
import { checkParked } from './queue-checks.js';
import { askQueue } from './queue-facts.js';

/** Whether late messages are sent on; nothing is said where nobody has sent any. */
export async function* checkDelays(link: Link): AsyncGenerator<Finding> {
  const due = await askDue(link);
  if (!due) return;
  const check = 'late messages';
  const { consumers, messages } = due;
  if (consumers > 0) {
    const who = consumers === 1 ? '1 process sends' : `${consumers} processes send`;
    yield { status: 'ok', check, text: `${who} them on when they are due; ${messages} are due now.` };
  } else {
    const [text = '', advice = ''] = nobodyForwards.split(/(?<=\.) (?=Start)/);
    const told = `${text.replace('nobody', 'Nobody')} ${messages} wait there.`;
    yield { status: messages > 0 ? 'fail' : 'warn', check, text: told, advice };
  }
  const parked = await askQueue(link, failedQueueName(parkedAs));
  if (typeof parked === 'object') yield* checkParked(parked, parkedAs);
}
