import type { Outgoing } from '../../../src/amqp/index.js';
import { brokerUrl } from '../../support/broker.js';
import { atLeast, brokerVersion } from '../../support/broker-version.js';
import { RabbitNode } from '../../support/rabbit-node.js';
import {
  describeClosingRefusals,
  describeInnocence,
  queueWithLocator,
  transientQueue,
  unknownExchangeType,
} from './closing-refusals.js';
import { toQueue } from './fixture.js';

const where = `RabbitMQ ${brokerVersion()}`;

if (atLeast('4.0')) {
  describeClosingRefusals(where, transientQueue, async (owner) => {
    const config = 'deprecated_features.permit.transient_nonexcl_queues = false';
    const [tolerant, strict] = await Promise.all([RabbitNode.start(), RabbitNode.start({ config })]);
    owner.after(async () => void (await Promise.all([tolerant.close(), strict.close()])));
    return { tolerant: tolerant.url, strict: strict.url };
  });
  // Where that is not permitted by default, the other one permits it.
  if (atLeast('4.3')) {
    describeClosingRefusals(where, queueWithLocator, async (owner) => {
      const permitting = 'deprecated_features.permit.queue_master_locator = true';
      const [tolerant, strict] = await Promise.all([
        RabbitNode.start({ config: permitting }),
        RabbitNode.start(),
      ]);
      owner.after(async () => void (await Promise.all([tolerant.close(), strict.close()])));
      return { tolerant: tolerant.url, strict: strict.url };
    });
  }
} else {
  describeClosingRefusals(where, unknownExchangeType, async (owner) => {
    const plugins = ['rabbitmq_consistent_hash_exchange'];
    const [tolerant, strict] = await Promise.all([RabbitNode.start({ plugins }), RabbitNode.start()]);
    owner.after(async () => void (await Promise.all([tolerant.close(), strict.close()])));
    return { tolerant: tolerant.url, strict: strict.url };
  });
}

// RabbitMQ 4.3 reads such an address with more care.
if (!atLeast('4.3')) {
  const forged = 'amq.rabbitmq.reply-to.g1h2AAdyZXBseUA=.forged';
  const provoke = (): Outgoing => toQueue(forged, 'to nobody', { mandatory: false });
  describeInnocence(where, async () => ({ url: brokerUrl(), provoke }));
}
