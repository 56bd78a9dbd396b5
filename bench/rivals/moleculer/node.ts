import { ServiceBroker } from 'moleculer';
import { TIMEOUT_MS } from '../common/calling.js';

/** The service that answers. */
export const SERVICE = 'bench';

/** One node, not started. */
export function nodeOf(url: string, role: string): ServiceBroker {
  return new ServiceBroker({
    nodeID: `${role}-${process.pid}`,
    logger: { type: 'Console', options: { level: 'error' } },
    requestTimeout: TIMEOUT_MS,
    transporter: { type: 'AMQP', options: { url, prefetch: 100, socketOptions: { noDelay: true } } },
  });
}
