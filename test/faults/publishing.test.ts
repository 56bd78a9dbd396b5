import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type ExchangeClass, GenericProducer, MessageCommand, silentLogger } from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { newExchange } from '../support/stage/exchange.js';
import { extendLimit } from '../support/test-limit.js';
import { readAll } from './arrivals.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { FaultPlan } from './fault-plan.js';
import { sized } from './sizes.js';

const producers = 4;
const messagesEach = sized(5_000, 1_000);
const total = producers * messagesEach;

/** How many may be unconfirmed at once: all producers of a link share its publisher. */
const publishWindow = 1_000;

describe('publishing at full speed', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  for (const type of sized(['classic', 'quorum'], ['classic'])) {
    it(`loses nothing that was confirmed over cuts, a stall and crashes: ${type} queue`, async (t) => {
      extendLimit(t, 300_000);
      const chance = Chance.for(t);
      const { exchange, queue } = await declare(type);
      const faults = [
        ...Array.from({ length: sized(10, 4) }, () => broker.cut),
        broker.stall(4_000),
        ...Array.from({ length: sized(2, 1) }, () => broker.crash),
      ];
      const plan = new FaultPlan(chance, total, faults);
      let confirmed = 0;
      const outcomes = await Promise.all(
        Array.from({ length: producers }, (_, producer) =>
          publish(producer, exchange, () => plan.progressed(++confirmed)),
        ),
      );
      await plan.finished();
      const failed = outcomes.flat().filter(({ status }) => status === 'rejected');
      const arrived = await readAll(await broker.side(), queue);
      const ids = new Set(arrived.map(({ id }) => id));
      const resent = arrived.length - ids.size;
      t.diagnostic(
        `${plan.summary}; ${confirmed} of ${total} confirmed, ${failed.length} failed; ${ids.size} arrived, ${resent} of them twice`,
      );
      assert.deepEqual([confirmed, failed.length], [total, 0]);
      assert.equal(ids.size, total, 'a confirmed message is missing');
      assert.ok(resent <= plan.struck * publishWindow, 'more were sent again than could be under way');
      for (let producer = 0; producer < producers; producer++) {
        const own = arrived.flatMap(({ parameters }) =>
          parameters['producer'] === producer ? [parameters['number']] : [],
        );
        assert.deepEqual(
          [...new Set(own)],
          Array.from({ length: messagesEach }, (_, number) => number),
        );
      }
    });
  }

  async function declare(type: string): Promise<{ exchange: ExchangeClass; queue: string }> {
    const [exchange, queue] = [newExchange(), uniqueName('queue')];
    const side = await broker.side();
    await side.onChannel(async (channel) => {
      await channel.assertExchange(exchange.exchangeName, 'direct');
      await channel.assertQueue(queue, { arguments: { 'x-queue-type': type } });
      await channel.bindQueue(queue, exchange.exchangeName, 'key');
    });
    await side.close();
    await broker.node.sync();
    return { exchange, queue };
  }

  /** As fast as it can: nobody waits for a confirm. */
  async function publish(producer: number, exchange: ExchangeClass, onConfirm: () => void) {
    class Counting extends GenericProducer {
      static override readonly eks = [[exchange, 'key']] as const;

      build_message_count(number: number) {
        return new MessageCommand('count', { producer, number });
      }
    }
    const options = { url: broker.url, logger: silentLogger, heartbeatSeconds: 1 };
    const counting = (await Counting.connect(options)).with({ timeoutMs: 120_000 });
    const published: Promise<void>[] = [];
    for (let number = 0; number < messagesEach; number++) {
      published.push(counting.message_count(number).then(onConfirm));
      if (number % 100 === 99) await turn();
    }
    const outcomes = await Promise.allSettled(published);
    await counting.close();
    return outcomes;
  }
});
