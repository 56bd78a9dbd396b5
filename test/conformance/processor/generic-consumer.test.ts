import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Delivery,
  Exchange,
  GenericConsumer,
  type GenericConsumerOptions,
  RejectMessage,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { allAcked } from '../../support/stage/place.js';
import { type Log, recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';

const text = ({ content }: Delivery): string => content.toString();

describe('GenericConsumer', () => {
  const stage = useStage();

  async function open(
    t: TestContext,
    options: GenericConsumerOptions,
    log: Log = recordingLog(),
  ): Promise<GenericConsumer> {
    const consumer = new GenericConsumer({ url: stage.url, logger: log, ...options });
    t.after(() => consumer.close());
    return await consumer.open();
  }

  it('gives the raw deliveries of all its queues, to be settled by ack', async (t) => {
    const places = [await stage.place(), await stage.place()] as const;
    const consumer = await open(t, { eqks: places.flatMap(({ eqks }) => [...eqks]) });
    assert.deepEqual([...consumer.queues].sort(), places.map(({ queue }) => queue).sort());
    const seen: Delivery[] = [];
    await consumer.startConsuming((delivery) => {
      seen.push(delivery);
      consumer.ack(delivery);
    });
    await places[0].send('not json', { contentType: 'text/x-own', headers: { mark: 1 } });
    await waitForLength(seen, 1);
    await places[1].send(Buffer.from([0, 255]));
    await waitForLength(seen, 2);
    await consumer.drain();
    const [first, second] = seen;
    assert.equal(first && text(first), 'not json');
    assert.equal(first?.properties.contentType, 'text/x-own');
    assert.equal(first?.properties.headers?.['mark'], 1);
    assert.equal(first?.fields.routingKey, places[0].key);
    assert.deepEqual(
      [first?.queue, second?.queue],
      places.map(({ queue }) => queue),
    );
    assert.deepEqual([...(second?.content ?? [])], [0, 255]);
    for (const place of places) assert.deepEqual(await place.fates(), allAcked);
  });

  it('H-A11: what its callback throws is logged, and a message that it has not settled is a failed one', async (t) => {
    const place = await stage.place();
    const log = recordingLog();
    const consumer = await open(t, { eqks: place.eqks }, log);
    const seen: string[] = [];
    await consumer.startConsuming((delivery): void | Promise<void> => {
      const text = delivery.content.toString();
      seen.push(text);
      if (text === 'settled first') delivery.ack();
      if (text === 'later') return Promise.reject(new Error('later'));
      if (text === 'on purpose') throw new RejectMessage();
      throw new Error(text);
    });
    for (const text of ['at once', 'later', 'settled first', 'on purpose']) await place.send(text);
    await waitForLength(seen, 4);
    await waitForLength(log.errors, 3);
    assert.match(
      log.errors.join(),
      /GenericConsumer: the callback failed on a message .*at once.*later.*settled first/s,
    );
    await consumer.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 3 });
  });

  it('does not start before startConsuming, and a delivery that nobody settles goes back', async (t) => {
    const place = await stage.place();
    await place.send('unsettled');
    const consumer = await open(t, { eqks: place.eqks });
    assert.deepEqual(await stage.side.look(place.queue), { messages: 1, consumers: 0 });
    const seen: Delivery[] = [];
    await consumer.startConsuming((delivery) => void seen.push(delivery));
    await waitForLength(seen, 1);
    assert.equal(await stage.side.depth(place.queue), 0);
    await consumer.close();
    assert.deepEqual(await place.fates(), { kept: 1, rejected: 0 });
  });

  it('reject drops or dead-letters; with requeue it gives back, and the message comes again', async (t) => {
    const place = await stage.place();
    const consumer = await open(t, { eqks: place.eqks });
    const seen: unknown[] = [];
    await consumer.startConsuming((delivery) => {
      seen.push([text(delivery), delivery.redelivered]);
      if (text(delivery) === 'give back' && !delivery.redelivered)
        consumer.reject(delivery, { requeue: true });
      else consumer.reject(delivery);
    });
    await place.send('refuse');
    await place.send('give back');
    await waitForLength(seen, 3);
    await consumer.drain();
    assert.deepEqual(seen, [
      ['refuse', false],
      ['give back', false],
      ['give back', true],
    ]);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 2 });
  });

  it('settling twice is harmless: the first counts, and the channel lives', async (t) => {
    const place = await stage.place();
    const log = recordingLog();
    const consumer = await open(t, { eqks: place.eqks }, log);
    const seen: Delivery[] = [];
    await consumer.startConsuming((delivery) => {
      seen.push(delivery);
      assert.equal(delivery.settled, false);
      consumer.ack(delivery);
      consumer.ack(delivery);
      consumer.reject(delivery, { requeue: true });
      assert.equal(delivery.settled, true);
    });
    await place.send('one');
    await waitForLength(seen, 1);
    const [one] = seen;
    assert.ok(one);
    consumer.reject(one);
    await place.send('two');
    await waitForLength(seen, 2);
    await consumer.drain();
    consumer.ack(one);
    assert.deepEqual(seen.map(text), ['one', 'two']);
    assert.deepEqual(await place.fates(), allAcked);
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('bind declares and binds, and consumes at once when consuming has begun; unbind ends the binding only', async (t) => {
    const exchangeName = uniqueName('exchange');
    class Late extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    const queue = uniqueName('late');
    const consumer = await open(t, {});
    await consumer.bind(Late, queue, 'before');
    assert.deepEqual(await stage.side.look(queue), { messages: 0, consumers: 0 });
    const seen: string[] = [];
    await consumer.startConsuming((delivery) => {
      seen.push(text(delivery));
      consumer.ack(delivery);
    });
    await consumer.bind(Late, queue, 'after');
    const other = uniqueName('other');
    await consumer.bind(Late, { name: other, flags: { autoDelete: true } }, 'other');
    for (const key of ['before', 'after', 'other']) await stage.side.publish(exchangeName, key, key);
    await waitForLength(seen, 3);
    await consumer.unbind(Late, queue, 'before');
    for (const key of ['before', 'after']) await stage.side.publish(exchangeName, key, `${key} again`);
    await waitForLength(seen, 4);
    assert.deepEqual([...seen].sort(), ['after', 'after again', 'before', 'other']);
    assert.deepEqual(await stage.side.look(queue), { messages: 0, consumers: 1 });
    await consumer.close();
    assert.equal(await stage.side.look(other), undefined);
  });

  it('discardAllMessages empties all its queues, and says how many messages that were', async (t) => {
    const [one, two, foreign] = [await stage.place(), await stage.place(), await stage.place()];
    for (const place of [one, one, two, foreign]) await place.send('unwanted');
    const consumer = await open(t, { eqks: [...one.eqks, ...two.eqks] });
    assert.equal(await consumer.discardAllMessages(), 3);
    assert.equal(await consumer.discardAllMessages(), 0);
    assert.deepEqual([await one.fates(), await two.fates()], [allAcked, allAcked]);
    assert.deepEqual(await foreign.fates(), { kept: 1, rejected: 0 });
  });

  it('stopConsuming gives back what has not begun; what has may still be settled', async (t) => {
    const place = await stage.place();
    const consumer = await open(t, { eqks: place.eqks });
    const seen: Delivery[] = [];
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    for (const name of ['begun', 'waits', 'waits, too']) await place.send(name);
    await consumer.startConsuming(async (delivery) => {
      seen.push(delivery);
      await finished;
      consumer.ack(delivery);
    });
    await waitForLength(seen, 1);
    await stage.side.waitForDepth(place.queue, 0);
    await consumer.stopConsuming();
    await stage.side.waitForDepth(place.queue, 2);
    assert.deepEqual(await stage.side.look(place.queue), { messages: 2, consumers: 0 });
    finish();
    await consumer.drain();
    assert.deepEqual(seen.map(text), ['begun']);
    assert.deepEqual(await place.fates(), { kept: 2, rejected: 0 });
  });

  it('drain tells how many deliveries were not finished in time; closing twice is harmless, and use after it is refused', async (t) => {
    const place = await stage.place();
    const consumer = await open(t, { eqks: place.eqks });
    const seen: Delivery[] = [];
    await consumer.startConsuming((delivery) => {
      seen.push(delivery);
      return new Promise(() => {});
    });
    await place.send('never finished');
    await waitForLength(seen, 1);
    const { unfinished, runs } = await consumer.drain({ timeoutMs: 20 });
    assert.deepEqual([unfinished, runs.map(({ queue }) => queue)], [1, [place.queue]]);
    await consumer.close();
    await consumer.close();
    assert.deepEqual(await place.fates(), { kept: 1, rejected: 0 });
    await assert.rejects(
      consumer.startConsuming(() => {}),
      { name: 'ClosedError' },
    );
  });
});
