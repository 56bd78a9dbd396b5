import type { Channel, ChannelModel } from 'amqplib';
import { ConnectionLostError } from '../../errors.js';
import { closeInTime } from '../common/close-in-time.js';
import { asTopologyError, brokerText, closesConnection } from './broker-error.js';
import { openFresh } from './fresh-channel.js';

/**
 * Does something on a channel opened for it: an error there closes that channel and nothing else.
 *
 * @throws TopologyError when the broker refuses; ConnectionLostError, with its reason, when it has closed the whole
 * connection. Others use that, too, so what was asked for here need not be why.
 */
export async function onThrowAwayChannel<T>(
  model: ChannelModel,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  let closedBy: Error | undefined;
  const remember = (error?: Error): void => {
    closedBy = error;
  };
  model.once('close', remember);
  const channel = await openFresh(() => model.createChannel());
  // Without a listener amqplib would let a channel error take the whole connection down.
  channel.on('error', () => {});
  try {
    return await work(channel);
  } catch (thrown) {
    throw closesConnection(closedBy) ? lostBy(closedBy) : asTopologyError(thrown, 'what was asked for');
  } finally {
    model.off('close', remember);
    await closeInTime(channel);
  }
}

/** amqplib says of what was under way only that the channel has ended; the error of the connection says why. */
function lostBy(cause: Error): ConnectionLostError {
  return new ConnectionLostError(`The broker has closed the connection: ${brokerText(cause)}`, { cause });
}
