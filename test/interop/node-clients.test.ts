// Who moves to Waybill moves one consumer at a time: for a while both take from the same queue, and send to it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JsonEncoder, silentLogger } from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { QueueWorker } from 'waybill/workers';
import { uniqueName } from '../support/broker.js';
import { until } from '../support/until.js';
import { brokers, urlOf } from './brokers.js';
import { peers } from './node-peers.js';

const count = 40;

for (const [name, openPeer] of Object.entries(peers))
  describe(`a service that uses ${name}`, () => {
    for (const broker of brokers)
      it(`shares a durable queue of JSON with a QueueWorker, and leaves it alone with it, through the ${broker}`, async (t) => {
        const url = await urlOf(broker, t);
        const queue = uniqueName('moving');
        const theirs: unknown[] = [];
        const ours: unknown[] = [];
        const handled = (): number => theirs.length + ours.length;
        const options = { encoder: new JsonEncoder(), acceptBare: 'whole', prefetch: 1 } as const;
        await using worker = new QueueWorker({ url, logger: silentLogger }, options);
        worker.route(queue)((body: unknown) => void ours.push(body));
        const connection = new AmqpConnection({ url });
        await using _closed = { [Symbol.asyncDispose]: () => connection.close() };
        {
          await using peer = await openPeer(url, queue, (body) => theirs.push(body));
          await worker.run();
          for (const id of range(0, count)) {
            if (id % 2 === 0) await peer.send({ id });
            else await connection.put({ routingKey: queue, data: { id } });
          }
          await until(() => handled() >= count, { what: 'all messages are handled' });
          assert.deepEqual(idsOf([...theirs, ...ours]), range(0, count));
          assert.ok(theirs.length > 0 && ours.length > 0, `${theirs.length} and ${ours.length}`);
        }
        for (const id of range(count, 2 * count)) await connection.put({ routingKey: queue, data: { id } });
        await until(() => handled() >= 2 * count, { what: 'the rest is handled' });
        assert.deepEqual(idsOf(ours).slice(-count), range(count, 2 * count));
      });
  });

function idsOf(bodies: readonly unknown[]): readonly number[] {
  return bodies.map((body) => (body as { readonly id: number }).id).sort((one, other) => one - other);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
