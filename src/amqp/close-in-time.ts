import type { Channel, ChannelModel } from 'amqplib';

/** How long a peer may take to agree to a close. */
const limitMs = 2_000;

/**
 * Closes a channel or a connection, and says whether it is closed. amqplib's own close() waits for the peer's word and
 * never ends when the connection dies meanwhile; `close` is emitted then, or nothing where the peer has fallen silent.
 * Never throws.
 */
export async function closeInTime(it: Pick<Channel | ChannelModel, 'close' | 'once'>): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    it.once('close', done);
    it.close().then(done, done);
  });
}
