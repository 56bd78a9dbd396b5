import type { Channel, ChannelModel } from 'amqplib';
import { within } from '../../common/timers.js';

/** How long a peer may take to agree to a close. */
const limitMs = 2_000;

/**
 * Closes a channel or a connection, and says whether it is closed. amqplib's own close() waits for the peer's word and
 * never ends when the connection dies meanwhile; `close` is emitted then, or nothing where the peer has fallen silent.
 * Never throws.
 */
export async function closeInTime(it: Pick<Channel | ChannelModel, 'close' | 'once'>): Promise<boolean> {
  const closed = new Promise<boolean>((resolve) => {
    const done = (): void => resolve(true);
    it.once('close', done);
    it.close().then(done, done);
  });
  return await within(closed, limitMs, () => false);
}
