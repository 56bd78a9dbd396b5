import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClosedError, Exchange, GenericProducer, isWaybillError, MessageProcessor } from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { MessageSender } from 'waybill/registry';
import { QueueProducer, QueueWorker, RpcClient } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';

interface Usable {
  /** Uses it, which connects it. */
  use(): Promise<unknown>;
  /** Connects it anew, where it has a method for that. */
  open?(): Promise<unknown>;
  health(): Promise<unknown>;
  close(): Promise<unknown>;
}

const kinds: Readonly<Record<string, (url: string, queue: string) => Usable>> = {
  GenericProducer: (url, queue) => {
    class Sender extends GenericProducer {
      static override readonly eks = [[Exchange, queue]] as const;
    }
    const sender = new Sender({ url });
    return {
      use: () => sender.open(),
      open: () => sender.open(),
      health: () => sender.health(),
      close: () => sender.close(),
    };
  },
  MessageProcessor: (url, queue) => {
    class Desk extends MessageProcessor {}
    const desk = new Desk({ url, logger: recordingLog(), eqks: [[Exchange, [[queue, queue]]]] });
    return { use: () => desk.start(), health: () => desk.health(), close: () => desk.close() };
  },
  QueueProducer: (url, queue) => {
    const producer = new QueueProducer({ url });
    const use = () => producer.publish(queue, 1);
    return { use, open: use, health: () => producer.health(), close: () => producer.close() };
  },
  RpcClient: (url, queue) => {
    const client = new RpcClient({ url });
    const use = async () => (await client.call(queue, 1, { timeoutMs: 1, maxRetry: 0 })).error;
    const open = async () => {
      throw await use();
    };
    return { use, open, health: () => client.health(), close: () => client.close() };
  },
  QueueWorker: (url, queue) => {
    const worker = new QueueWorker({ url, logger: recordingLog() });
    worker.route(queue)(() => {});
    return { use: () => worker.run(), health: () => worker.health(), close: () => worker.close() };
  },
  MessageSender: (url, queue) => {
    const sender = new MessageSender('key', { url });
    const use = () => sender.send(queue, 'a', 1);
    return { use, open: use, health: () => sender.health(), close: () => sender.close() };
  },
  AmqpConnection: (url, queue) => {
    const connection = new AmqpConnection({ url });
    const use = () => connection.put({ routingKey: queue, data: 1 });
    return { use, open: use, health: () => connection.health(), close: () => connection.close() };
  },
};

describe('what was closed', () => {
  const stage = useStage();

  for (const [kind, make] of Object.entries(kinds))
    it(`H-C9: ${kind}: is not well any more, and does not open again, though others share its connection`, async (t) => {
      const queue = uniqueName('queue');
      await stage.side.onChannel((channel) => channel.assertQueue(queue));
      const [other, usable] = [make(stage.url, queue), make(stage.url, queue)];
      t.after(() => other.close());
      await other.use();
      await usable.use();
      assert.deepEqual(wellness(await usable.health()), [true]);
      await usable.close();
      assert.deepEqual(wellness(await usable.health()), [false]);
      if (usable.open) await assert.rejects(usable.open(), (error) => isWaybillError(error, 'CLOSED'));
      assert.deepEqual(wellness(await usable.health()), [false]);
      assert.deepEqual(wellness(await other.health()), [true]);
      await usable.close();
    });

  it('H-C9: a producer that failed to open is not well either', async () => {
    class Sender extends GenericProducer {}
    const sender = new Sender({ url: 'amqp://127.0.0.1:1' });
    await assert.rejects(sender.open());
    assert.deepEqual(wellness(await sender.health()), [false]);
    await assert.rejects(sender.open(), ClosedError);
  });
});

/** Of a component, or of each link of a connection. */
function wellness(health: unknown): readonly boolean[] {
  return [health].flat().map((each) => (each as { readonly ok: boolean }).ok);
}
