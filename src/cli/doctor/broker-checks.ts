import { type BrokerInfo, type ConnectionOptions, masked, settle } from '../../amqp/index.js';
import type { Finding } from './finding.js';
import { aboutVersion } from './versions.js';

/** Longer than this a broker that was cut off is taken for alive. */
const longHeartbeatSeconds = 60;

/** Where it is connected to, how, and to what. */
export function* checkBroker(info: BrokerInfo, options: ConnectionOptions): Generator<Finding> {
  yield address(info, options);
  yield* aboutVersion(info);
  yield heartbeat(info);
}

function address({ tls }: BrokerInfo, options: ConnectionOptions): Finding {
  const { addresses, vhost } = settle(options);
  const check = 'address';
  const shown = addresses.map((each) => masked(each, vhost)).join(', ');
  const where = `connected to ${shown}, virtual host '${vhost}'`;
  if (tls !== undefined) return { status: 'ok', check, text: `${where}, by ${tls}.` };
  const isHere = addresses.every(({ hostname }) => /^(localhost|127\..*|::1)$/.test(hostname));
  const text = `${where}, without TLS.`;
  if (isHere) return { status: 'ok', check, text };
  const advice =
    'Passwords and messages can be read on their way: use amqps:// where the network is not yours alone.';
  return { status: 'warn', check, text, advice };
}

function heartbeat({ heartbeatSeconds }: BrokerInfo): Finding {
  const check = 'heartbeat';
  if (heartbeatSeconds === 0) {
    const advice = 'Take ?heartbeat=0 out of the address, or set heartbeat in rabbitmq.conf.';
    return { status: 'warn', check, text: 'none: a broker that is cut off looks alive for hours.', advice };
  }
  const text = `every ${heartbeatSeconds} s; a silent peer is given up after ${3 * heartbeatSeconds} s.`;
  if (heartbeatSeconds <= longHeartbeatSeconds) return { status: 'ok', check, text };
  return { status: 'warn', check, text, advice: 'Make it shorter: ?heartbeat=10 in the address.' };
}
