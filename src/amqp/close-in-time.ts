import type { Channel, ChannelModel } from 'amqplib';

/** How long a peer may take to agree to a close. */
const limitMs = 5_000;

/**
 * Closes a channel or a connection. amqplib's own close() waits for the peer's word and never ends when the connection
 * dies meanwhile; `close` is emitted then, or nothing where the peer has fallen silent. Never throws.
 */
export async function closeInTime(it: Pick<Channel | ChannelModel, 'close' | 'once'>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    it.once('close', done);
    it.close().then(done, done);
  });
}
