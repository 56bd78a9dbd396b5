import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, MessageProcessor } from 'waybill';
import { allAcked, type Place } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Handles messages for as long as the test wants, and watches how many it has at once. */
class Busy extends MessageProcessor {
  readonly begun: number[] = [];
  readonly ended: number[] = [];
  most = 0;
  readonly #open: (() => void)[] = [];
  #isOpen = false;

  async work({ parameters }: Content<number>) {
    this.begun.push(parameters);
    this.most = Math.max(this.most, this.begun.length - this.ended.length);
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#open.push(resolve));
    // Even then it takes a turn or more, the early ones longest, so that overtaking would be seen.
    for (let turn = parameters; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.ended.push(parameters);
  }

  /** Lets go all that wait, and those that come. */
  open() {
    this.#isOpen = true;
    for (const resolve of this.#open.splice(0)) resolve();
  }
}
Busy.handle('command', 'work', function (content: Content<number>) {
  return this.work(content);
});

class Serial extends Busy {
  static override readonly prefetch = 3;
}

class Parallel extends Busy {
  static override readonly prefetch = 50;
  static override readonly concurrency = 4;
}

class Narrow extends Busy {
  static override readonly prefetch = 2;
  static override readonly concurrency = 10;
}

const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('prefetch and concurrency', () => {
  const stage = useStage();

  async function placeWith(count: number): Promise<Place> {
    const place = await stage.place();
    for (const number of numbers(count)) await place.command('work', number);
    return place;
  }

  it('at concurrency 1, the default, one after the other, in order', async (t) => {
    const place = await placeWith(20);
    const { processor } = await stage.start(t, Busy, place);
    await waitForLength(processor.begun, 1);
    // Prefetch 100: all of them are here, and yet only one has begun.
    await stage.side.waitForDepth(place.queue, 0);
    assert.deepEqual(processor.begun, [0]);
    processor.open();
    await waitForLength(processor.ended, 20);
    await processor.drain();
    assert.equal(processor.most, 1);
    assert.deepEqual(processor.begun, numbers(20));
    assert.deepEqual(processor.ended, numbers(20));
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('at concurrency N as many at once, begun in order, and never more', async (t) => {
    const place = await placeWith(20);
    const { processor } = await stage.start(t, Parallel, place);
    await waitForLength(processor.begun, 4);
    await stage.side.waitForDepth(place.queue, 0);
    assert.deepEqual(processor.begun, [0, 1, 2, 3]);
    processor.open();
    await waitForLength(processor.ended, 20);
    await processor.drain();
    assert.equal(processor.most, 4);
    assert.deepEqual(processor.begun, numbers(20));
    assert.deepEqual(
      [...processor.ended].sort((a, b) => a - b),
      numbers(20),
    );
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('prefetch says how many unsettled messages wait here; the others stay for other consumers', async (t) => {
    const place = await placeWith(10);
    const { processor } = await stage.start(t, Serial, place);
    await waitForLength(processor.begun, 1);
    await stage.side.waitForDepth(place.queue, 7);
    assert.deepEqual(processor.begun, [0]);
    processor.open();
    await waitForLength(processor.ended, 10);
    assert.deepEqual(processor.ended, numbers(10));
  });

  it('prefetch holds concurrency down, being the smaller', async (t) => {
    const place = await placeWith(6);
    const { processor } = await stage.start(t, Narrow, place);
    await waitForLength(processor.begun, 2);
    await stage.side.waitForDepth(place.queue, 4);
    assert.equal(processor.most, 2);
    processor.open();
    await waitForLength(processor.ended, 6);
    assert.equal(processor.most, 2);
  });

  it('two processors on one queue share its messages: each is handled once', async (t) => {
    const place = await placeWith(40);
    const both = await Promise.all([stage.start(t, Serial, place), stage.start(t, Serial, place)]);
    const [one, two] = both.map(({ processor }) => processor) as [Serial, Serial];
    await until(() => one.begun.length + two.begun.length === 2, { what: 'both have begun' });
    one.open();
    two.open();
    await until(() => one.ended.length + two.ended.length >= 40, { what: 'all are handled' });
    await Promise.all([one.drain(), two.drain()]);
    assert.deepEqual(
      [...one.ended, ...two.ended].sort((a, b) => a - b),
      numbers(40),
    );
    assert.ok(one.ended.length > 0 && two.ended.length > 0);
    assert.deepEqual(await place.fates(), allAcked);
  });
});
