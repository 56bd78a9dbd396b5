import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, isWaybillError, MessageProcessor, MicroScheduler } from 'waybill';
import { rpc } from '../../support/stage/envelopes.js';
import { allAcked, type Place } from '../../support/stage/place.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Works on numbers, some turns each, and notes what began after it was told to drain. */
class Worker extends MessageProcessor {
  static override readonly concurrency: number = 8;
  static override readonly prefetch: number = 40;
  readonly begun: number[] = [];
  readonly ended: number[] = [];
  readonly begunAfterDrain: number[] = [];
  #draining = false;

  async work(number: number): Promise<void> {
    if (this.#draining) this.begunAfterDrain.push(number);
    this.begun.push(number);
    for (let turn = number % 5; turn >= 0; turn--) await new Promise((resolve) => setImmediate(resolve));
    this.ended.push(number);
  }

  override drain(options?: { readonly timeoutMs?: number }): Promise<void> {
    this.#draining = true;
    return super.drain(options);
  }
}
Worker.handle('command', 'work', function ({ parameters }: Content<number>) {
  return this.work(parameters);
});
Worker.handle(
  'command',
  'work',
  async function ({ parameters }: Content<number>) {
    await this.work(parameters);
    return parameters;
  },
  { category: 'rpc' },
);

/** Begins its work, and never ends it but by its signal. */
class Stuck extends MessageProcessor {
  readonly begun: unknown[] = [];
  readonly reasons: unknown[] = [];
}
Stuck.handle('command', 'work', async function ({ parameters }: Content, { signal }) {
  this.begun.push(parameters);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  this.reasons.push(signal.reason);
});

class Stopping extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Stopping.handle('command', 'work', function ({ parameters }: Content) {
  this.stop();
  this.seen.push(parameters);
});

const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('a processor that drains', () => {
  const stage = useStage();

  it('under load loses nothing, handles nothing twice, and begins nothing new', async (t) => {
    const total = 3_000;
    const place = await stage.place();
    const sending = stage.side.onChannel(async (channel) => {
      for (const number of numbers(total)) {
        const body = JSON.stringify({ ...rpc('work', number), category: 'message' });
        channel.publish(place.exchange.exchangeName, place.key, Buffer.from(body));
        if (number % 50 === 0) await channel.waitForConfirms();
      }
      await channel.waitForConfirms();
    });
    const ended: number[] = [];
    for (const enough of [100, 400, 900, Number.POSITIVE_INFINITY]) {
      const { processor, log } = await stage.start(t, Worker, place);
      const goal = Math.min(enough, total - ended.length);
      await until(() => processor.ended.length >= goal, { what: `${goal} are done`, limitMs: 30_000 });
      await processor.drain();
      assert.deepEqual(processor.begunAfterDrain, []);
      assert.deepEqual(processor.begun.length, processor.ended.length);
      assert.deepEqual([...log.errors, ...log.warnings], []);
      ended.push(...processor.ended);
    }
    await sending;
    assert.deepEqual(
      ended.sort((a, b) => a - b),
      numbers(total),
    );
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('answers every call that it has begun, and leaves the others to the next processor', async (t) => {
    const place = await stage.place();
    const first = await stage.start(t, Worker, place);
    const calls = await Promise.all(numbers(60).map((number) => place.call('work', number)));
    await until(() => first.processor.ended.length >= 10, { what: '10 are done' });
    await first.processor.drain();
    const answered = await Promise.all(calls.map((each) => each.count()));
    assert.deepEqual(
      answered.flatMap((count, number) => (count > 0 ? [number] : [])),
      [...first.processor.ended].sort((a, b) => a - b),
    );
    const second = await stage.start(t, Worker, place);
    const values = await Promise.all(calls.map(async (each) => (await each.next()).content.value));
    await second.processor.drain();
    assert.deepEqual(values, numbers(60));
    for (const each of calls) assert.equal(await each.count(), 0, 'there is a second answer');
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('gives up after its time limit, says how many handlers still ran, aborts their signals, and their messages go back', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Stuck, place);
    await place.command('work', 'stuck');
    await place.command('work', 'waits');
    await waitForLength(processor.begun, 1);
    await assert.rejects(processor.drain({ timeoutMs: 50 }), /Stuck: 1 messages? .*50 ms/);
    await waitForLength(processor.reasons, 1);
    assert.ok(isWaybillError(processor.reasons[0], 'CONNECTION_LOST'));
    assert.deepEqual(processor.begun, ['stuck']);
    assert.deepEqual(await place.fates(), { kept: 2, rejected: 0 });
    const { redelivered } = (await stage.side.waitForMessage(place.queue)).fields;
    assert.equal(redelivered, true);
  });

  it('may be stopped by a handler: the message of that is acked, those behind it stay in the queue', async (t) => {
    const place = await stage.place();
    for (const number of [1, 2, 3]) await place.command('work', number);
    const { processor } = await stage.start(t, Stopping, place);
    await processor.step();
    await processor.drain();
    assert.deepEqual(processor.seen, [1]);
    assert.deepEqual(await place.fates(), { kept: 2, rejected: 0 });
  });

  it('may be asked several times, and before it has started', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Worker, place);
    await place.command('work', 1);
    await waitForLength(processor.ended, 1);
    await Promise.all([processor.drain(), processor.drain(), processor.close()]);
    await processor.drain();
    const never = new Worker({ url: stage.url, eqks: place.eqks, logger: recordingLog() });
    await never.drain();
    await assert.rejects(never.start(), { name: 'ClosedError' });
    assert.deepEqual(await stage.side.look(place.queue), { messages: 0, consumers: 0 });
  });

  it('drains with its scheduler: after stop() it finishes what has begun, and nothing else', async () => {
    const place: Place = await stage.place();
    for (const number of numbers(200)) await place.command('work', number);
    const processor = new Worker({ url: stage.url, eqks: place.eqks, logger: recordingLog() });
    const scheduler = new MicroScheduler();
    scheduler.addMicrothread(processor);
    const running = scheduler.run();
    await waitForLength(processor.ended, 20);
    scheduler.stop();
    const { failures } = await running;
    assert.equal(failures, 0);
    assert.deepEqual(processor.begunAfterDrain, []);
    assert.equal(processor.begun.length, processor.ended.length);
    assert.deepEqual(await place.fates(), { kept: 200 - processor.ended.length, rejected: 0 });
  });
});
