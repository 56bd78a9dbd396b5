import type { RawPeer } from '../../parity/raw-peer.js';

/** Whether the socket takes more within a second; false when the broker does not read, or is gone. */
export function drained(peer: RawPeer): Promise<boolean> {
  return new Promise((resolve) => {
    const more = (): void => done(true);
    const gone = (): void => done(false);
    const timer = setTimeout(gone, 1000);
    const done = (answer: boolean): void => {
      clearTimeout(timer);
      peer.socket.off('drain', more).off('close', gone);
      resolve(answer);
    };
    peer.socket.on('drain', more).on('close', gone);
  });
}
