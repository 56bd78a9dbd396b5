// A connection that has no channel left: `channel_max`, which the broker names when somebody connects.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Exchange, isWaybillError, MessageProcessor } from 'waybill';
import { Connection } from 'waybill/channel';
import { RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker } from 'waybill/workers';
import { DevBroker } from '../../../src/devbroker/index.js';
import { rejection } from '../../broker/amqp/fixture.js';
import { suiteOwner } from '../../support/broker.js';
import { recordingLog } from '../../support/stage/stage.js';

const queues = ['one', 'two', 'three', 'four'];

describe('a connection without a channel left', () => {
  const owner = suiteOwner();
  let url: string;
  before(async () => {
    const broker = await DevBroker.start({ port: 0, channelMax: 2 });
    owner.after(() => broker.close());
    url = broker.url;
  });

  const ways: Readonly<Record<string, (log: ReturnType<typeof recordingLog>) => Promise<unknown>>> = {
    'start() of a processor': async (logger) => {
      const eqks = [[Exchange, queues.map((queue) => [queue, queue] as const)]] as const;
      await using processor = new MessageProcessor({ url, logger, eqks });
      await processor.start();
    },
    'run() of a worker': async (logger) => {
      await using worker = new QueueWorker({ url, logger });
      for (const queue of queues) worker.route(queue)(() => {});
      await worker.run();
    },
    'consume() of a registry': async (logger) => {
      await using factory = new RabbitConsumerFactory({ url, logger });
      const consumer = factory.create('key');
      await consumer.connect();
      for (const queue of queues) await consumer.consume(queue, () => undefined);
    },
    'channel() of a plain connection': async (logger) => {
      const connection = await Connection.open({ url, logger });
      try {
        for (const _ of queues) await connection.channel();
      } finally {
        await connection.close();
      }
    },
  };
  for (const [call, ask] of Object.entries(ways))
    it(`T-B6: is an error of ${call} that says which limit it is, and what to do`, async () => {
      const log = recordingLog();
      const error = await rejection(ask(log));
      assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'), String(error));
      assert.match(
        error.message,
        /no channel left \(channel_max\)\. .*set channel_max in rabbitmq\.conf higher/,
      );
      assert.ok(log.warnings.length + log.errors.length < 5, log.warnings.join('\n'));
    });
});
