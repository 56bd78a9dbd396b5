import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, GenericApplication, GenericConsumer, MessageProcessor, MicroScheduler } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Notes how many handlers run at once. */
class Counting extends MessageProcessor {
  readonly most: number[] = [];
  #running = 0;

  async count(): Promise<void> {
    this.most.push(++this.#running);
    await new Promise((resolve) => setImmediate(resolve));
    this.#running--;
  }
}
Counting.handle('command', 'count', function (_content: Content) {
  return this.count();
});

describe('a component that is started twice', () => {
  const stage = useStage();
  const options = () => ({ url: stage.url, logger: recordingLog() });

  const ways = {
    'start() twice at once': (desk: Counting) => Promise.all([desk.start(), desk.start()]),
    'start() again later': async (desk: Counting) => {
      await desk.start();
      await desk.start();
    },
    'given to a scheduler, and started': async (desk: Counting) => {
      new MicroScheduler().addMicrothread(desk);
      await desk.start();
    },
  };
  for (const [how, start] of Object.entries(ways))
    it(`H-A12: consumes each message once, and none when it is closed: ${how}`, async (t) => {
      const [place, others] = [await stage.place(), await stage.place()];
      // It shares the link, so that nothing ends with the connection.
      const other = new Counting({ ...options(), eqks: others.eqks });
      const desk = new Counting({ ...options(), eqks: place.eqks });
      t.after(() => Promise.all([other.close(), desk.close()]));
      await other.start();
      await start(desk);
      assert.equal((await stage.side.look(place.queue))?.consumers, 1);
      for (let number = 0; number < 50; number++) await place.command('count');
      await waitForLength(desk.most, 50);
      assert.equal(Math.max(...desk.most), 1);
      await desk.close();
      assert.equal((await stage.side.look(place.queue))?.consumers, 0);
      await place.command('count');
      await others.command('count');
      await waitForLength(other.most, 1);
      assert.equal(desk.most.length, 50);
      assert.equal(await stage.side.depth(place.queue), 1);
    });

  it('H-A12: consumes each queue of an application once', async (t) => {
    const fingerprint = { name: uniqueName('office'), host: uniqueName('host'), pid: '1' };
    const seen: unknown[] = [];
    class Office extends GenericApplication {}
    Office.handle('command', 'note', ({ parameters }: Content) => seen.push(parameters));
    const office = new Office({ ...options(), fingerprint, groups: ['g'] });
    t.after(() => office.close());
    await Promise.all([office.start(), office.start()]);
    for (const queue of office.consumer.queues)
      assert.equal((await stage.side.look(queue))?.consumers, 1, `${queue} is not consumed once`);
  });

  it('H-A12: consumes once after startConsuming() was called twice at once', async (t) => {
    const place = await stage.place();
    const other = new GenericConsumer(options());
    const consumer = new GenericConsumer({ ...options(), eqks: place.eqks });
    t.after(() => Promise.all([other.close(), consumer.close()]));
    await Promise.all([other.open(), consumer.open()]);
    const seen: unknown[] = [];
    const take = (delivery: Parameters<typeof consumer.ack>[0]): void => {
      seen.push(delivery.tag);
      consumer.ack(delivery);
    };
    await Promise.all([consumer.startConsuming(take), consumer.startConsuming(take)]);
    assert.equal((await stage.side.look(place.queue))?.consumers, 1);
    await place.command('x');
    await waitForLength(seen, 1);
    await consumer.close();
    await until(async () => (await stage.side.look(place.queue))?.consumers === 0, {
      what: 'nobody consumes it any more',
    });
  });
});
