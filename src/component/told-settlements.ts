import { type Delivery, messageFields, messageWords } from '../amqp/index.js';
import { debugAsked, isDebugging, type Logger } from '../logger.js';

type Handle = (delivery: Delivery) => void | Promise<void>;

/**
 * The same handling, of which whoever debugs is told what becomes of each message: who it is, how it was settled, and how long that took,
 * from when it had its turn here. What was put aside says so: it is tried again, or parked.
 */
export function toldSettlements(handle: Handle, component: string, logger: Logger): Handle {
  const asked = debugAsked();
  return (delivery) => {
    if (!isDebugging(asked)) return handle(delivery);
    delivery.whenSettled((how) => {
      const settled = how === 'acked' && delivery.isPutAside ? 'put aside' : how;
      const ms = Math.round(delivery.runMs);
      const handler = delivery.handledBy;
      const by = handler === undefined ? '' : ` by ${handler}`;
      const words = messageWords(delivery).join(', ');
      logger.debug(
        `<== ${component}: ${settled} after ${ms} ms${by}, from queue '${delivery.queue}'${words && ` (${words})`}`,
        { component, ...messageFields(delivery), ...(handler !== undefined && { handler }), settled, ms },
      );
    });
    return handle(delivery);
  };
}
