import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Middleware, RejectMessage } from 'waybill';

const header = 'x-signature';

/** Signs what leaves with a secret that both sides share, and refuses what comes without that signature. */
export function authentication(secret: string): Middleware {
  const sign = (bytes: Buffer) => createHmac('sha256', secret).update(bytes).digest('hex');
  return {
    send: (next) => (message) => {
      message.headers[header] = sign(message.bytes);
      return next(message);
    },
    receive: (next) => (message) => {
      const [given, expected] = [String(message.context.headers[header]), sign(message.bytes)];
      const isGenuine =
        given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
      // Rejected without a word in the log: to the dead letters of its queue, or away.
      if (!isGenuine) throw new RejectMessage();
      return next(message);
    },
  };
}
