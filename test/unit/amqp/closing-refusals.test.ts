import { TestBroker } from 'waybill/testing';
import { DevBroker } from '../../../src/devbroker/index.js';
import {
  describeClosingRefusals,
  describeInnocence,
  transientQueue,
} from '../../broker/amqp/closing-refusals.js';
import { toQueue } from '../../broker/amqp/fixture.js';

const where = 'the embedded broker';

describeClosingRefusals(where, transientQueue, async (owner) => {
  const tolerant = await DevBroker.start({ port: 0 });
  const strict = await DevBroker.start({ port: 0, deniedFeatures: ['transient_nonexcl_queues'] });
  owner.after(async () => void (await Promise.all([tolerant.close(), strict.close()])));
  return { tolerant: tolerant.url, strict: strict.url };
});

describeInnocence(where, async (owner) => {
  const broker = await TestBroker.start();
  owner.after(() => broker.close());
  const provoke = () => {
    broker.failNext(541);
    return toQueue('amq.nobody', 'to nobody', { mandatory: false });
  };
  return { url: broker.url, provoke };
});
