import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestBroker } from 'waybill/testing';
import { ReconnectPace } from '../../../src/amqp/connection/reconnect-pace.js';
import { ownLink } from '../../broker/amqp/fixture.js';
import { until } from '../../support/until.js';

/** A delay without its jitter, which takes up to a quarter off. */
function assertAbout(delayMs: number, fullMs: number): void {
  assert.ok(delayMs >= fullMs * 0.75 && delayMs <= fullMs, `${delayMs} of ${fullMs}`);
}

describe('the pace of reconnecting', () => {
  it('doubles with each attempt, up to three seconds', () => {
    const pace = new ReconnectPace();
    for (const full of [100, 200, 400, 800, 1_600, 3_000, 3_000]) assertAbout(pace.next(), full);
    assert.equal(pace.attempt, 7);
  });

  it('goes on from where it was after a connection that lived for less than a second', () => {
    const pace = new ReconnectPace();
    assertAbout(pace.next(), 100);
    pace.connected(5_000);
    pace.lost(5_999);
    assertAbout(pace.next(), 200);
    assert.equal(pace.attempt, 1, 'of the next outage');
  });

  it('begins anew after a connection that lived for longer', () => {
    const pace = new ReconnectPace();
    for (let attempt = 1; attempt <= 5; attempt++) pace.next();
    pace.connected(5_000);
    pace.lost(6_000);
    assertAbout(pace.next(), 100);
    assert.equal(pace.attempt, 1);
  });

  it('does not slow down for an attempt that is excused', () => {
    const pace = new ReconnectPace();
    for (let attempt = 1; attempt <= 10; attempt++) {
      assertAbout(pace.next(), 100);
      pace.excuse();
    }
    assertAbout(pace.next(), 100);
    assertAbout(pace.next(), 200);
    assert.equal(pace.attempt, 12);
  });
});

describe('a connection that the broker closes as soon as it is up', () => {
  for (const code of [320, 504, 530, 541, 'a reset'] as const) {
    it(`T-A8: is not made again in a hot loop (${code})`, async (t) => {
      const broker = await TestBroker.start();
      t.after(() => broker.close());
      const link = ownLink(t, broker.url);
      let ups = 0;
      link.events.on('up', () => {
        ups++;
        setImmediate(() => {
          for (const connection of broker.connections) {
            if (code === 'a reset') connection.cut();
            else connection.close(code);
          }
        });
      });
      const begun = performance.now();
      await link.openConsuming();
      await until(() => ups === 5, { what: 'it was up five times' });
      // 100, 200, 400 and 800 ms, a quarter less by chance.
      assert.ok(performance.now() - begun > 1_500 * 0.75);
    });
  }
});

describe('a consumer that the broker ends as soon as it is there', () => {
  for (const [how, end] of [
    ['cancelled', (broker: TestBroker) => broker.cancelConsumers('orders')],
    ['its channel closed', (broker: TestBroker) => broker.closeChannels('orders')],
  ] as const) {
    it(`T-A8: does not consume again in a hot loop (${how}), and stays when the broker lets it`, async (t) => {
      const broker = await TestBroker.start();
      t.after(() => broker.close());
      const link = ownLink(t, broker.url);
      await link.openConsuming();
      await link.declare([{ kind: 'queue', name: 'orders', passive: false, options: {} }]);
      const consumer = await link.openConsumer((delivery) => delivery.ack());
      await consumer.consume('orders');
      const begun = performance.now();
      for (let round = 1; round <= 5; round++) {
        await until(() => broker.queue('orders')?.consumerCount === 1, { what: `it consumes (${round})` });
        end(broker);
      }
      // At once, then after 100, 200 and 400 ms, a quarter less by chance.
      assert.ok(performance.now() - begun > 700 * 0.75);
      await until(() => broker.queue('orders')?.consumerCount === 1, { what: 'it consumes when it is let' });
    });
  }
});

describe('a consumer that is cancelled right behind its consume-ok', () => {
  it('T-A8: gets messages from then on', async (t) => {
    const broker = await TestBroker.start();
    t.after(() => broker.close());
    const link = ownLink(t, broker.url);
    await link.openConsuming();
    await link.declare([{ kind: 'queue', name: 'orders', passive: false, options: {} }]);
    let seen = 0;
    const consumer = await link.openConsumer((delivery) => {
      seen++;
      delivery.ack();
    });
    const beginning = consumer.consume('orders');
    // The broker is in this process: the cancel follows in the turn in which it has taken the consumer.
    while (broker.queue('orders')?.consumerCount !== 1) await new Promise(setImmediate);
    broker.cancelConsumers('orders');
    await beginning;
    await until(() => broker.queue('orders')?.consumerCount === 1, { what: 'it consumes again' });
    await link.openPublishing();
    await link.publish({
      exchange: '',
      routingKey: 'orders',
      content: Buffer.from('{}'),
      properties: {},
      mandatory: true,
    });
    await until(() => seen === 1, { what: 'it takes messages' });
  });
});
