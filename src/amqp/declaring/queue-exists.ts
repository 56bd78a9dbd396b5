import type { ChannelModel } from 'amqplib';
import { TopologyError } from '../../errors.js';
import { onThrowAwayChannel } from '../connection/throw-away-channel.js';

/** Whether a queue is there. Who may not ask, or cannot now, is not told that it is gone. */
export async function queueExists(model: ChannelModel | undefined, queue: string): Promise<boolean> {
  try {
    if (model) await onThrowAwayChannel(model, (channel) => channel.checkQueue(queue));
    return true;
  } catch (thrown) {
    return !(thrown instanceof TopologyError && thrown.replyCode === 404);
  }
}
