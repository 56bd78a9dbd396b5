import { connect } from 'node:net';

/** The protocol header that opens every AMQP 0-9-1 connection (specification 4.2.2). */
const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

/**
 * Whether a broker answers the protocol header at this port. An open port alone says nothing: the
 * listener may belong to a proxy, or to a broker that is still booting.
 */
export function answersAmqp(port: number, limitMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(limitMs, () => settle(false));
    socket.once('connect', () => socket.write(PROTOCOL_HEADER));
    socket.once('data', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

/** Whether anybody listens at this port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  return await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy());
}
