import { nextTurn } from '../../common/next-turn.js';
import { channelLimit } from './channel-limits.js';

/**
 * Opens a channel when nothing is left to be written to one that had its number. amqplib writes a channel's frames at the
 * end of the turn, in turn with those of others: the opening of a channel would overtake what the closed one still had to
 * say, and RabbitMQ closes the whole connection for that (504).
 * @throws TopologyError where the connection has no channel left
 */
export async function openFresh<C>(open: () => Promise<C>): Promise<C> {
  await turn();
  // The first may have been queued before the writes of its own turn were.
  await turn();
  try {
    return await open();
  } catch (thrown) {
    throw channelLimit(thrown) ?? thrown;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}
