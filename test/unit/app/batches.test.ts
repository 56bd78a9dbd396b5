import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { type BatchCause, Batches } from '../../../src/app/common/batches.js';

const never = 600_000;

/** Handles nothing until it is told to. */
class Hands {
  readonly batches: (readonly number[])[] = [];
  readonly causes: BatchCause[] = [];
  readonly #busy: (() => void)[] = [];
  most = 0;

  readonly handle = async (batch: readonly number[], cause: BatchCause): Promise<void> => {
    this.batches.push(batch);
    this.causes.push(cause);
    const done = new Promise<void>((resolve) => this.#busy.push(resolve));
    this.most = Math.max(this.most, this.#busy.length);
    await done;
  };

  /** Lets the one that has worked longest end. */
  async finishOne(): Promise<void> {
    this.#busy.shift()?.();
    await turn();
  }

  async finishAll(): Promise<void> {
    while (this.#busy.length > 0) await this.finishOne();
  }
}

describe('batches', () => {
  it('lose and repeat no item, keep the order, and never exceed size and concurrency', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant('add' as const) },
      { weight: 2, arbitrary: fc.constant('finish' as const) },
      { weight: 1, arbitrary: fc.constant('flush' as const) },
    );
    const rules = fc.record({
      size: fc.integer({ min: 1, max: 5 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(rules, fc.array(step, { maxLength: 60 }), async ({ size, concurrency }, steps) => {
        const hands = new Hands();
        const batches = new Batches({ size, concurrency, flushIntervalMs: never }, hands);
        let added = 0;
        for (const each of steps) {
          if (each === 'add') batches.add(added++);
          else if (each === 'flush') batches.flush();
          else await hands.finishOne();
        }
        await hands.finishAll();
        const rest = batches.stop();
        assert.deepEqual(
          [...hands.batches.flat(), ...rest],
          Array.from({ length: added }, (_, nth) => nth),
        );
        assert.ok(hands.batches.every(({ length }) => length >= 1 && length <= size));
        assert.ok(hands.most <= concurrency);
        for (const [nth, cause] of hands.causes.entries()) {
          if (cause === 'full') assert.equal(hands.batches[nth]?.length, size);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leave out items that have become stale, and fill up with later ones', async () => {
    const hands = new Hands();
    const stale = new Set<number>();
    const batches = new Batches(
      { size: 3, concurrency: 1, flushIntervalMs: never },
      { handle: hands.handle, isStale: (item) => stale.has(item) },
    );
    batches.add(1);
    batches.add(2);
    stale.add(1).add(2);
    for (const item of [3, 4]) batches.add(item);
    assert.deepEqual(hands.batches, []);
    batches.add(5);
    assert.deepEqual(hands.batches, [[3, 4, 5]]);
    batches.add(6);
    stale.add(6);
    assert.deepEqual(batches.stop(), []);
  });

  it('hold back an item that must wait for one in hand, and no other', async () => {
    const hands = new Hands();
    const batches = new Batches<number>(
      { size: 2, concurrency: 3, flushIntervalMs: never },
      // A number must wait while its negative is in hand.
      { handle: hands.handle, mustWait: (item, inHand) => [...inHand].includes(-item) },
    );
    for (const item of [-1, -2, 1, 2, 3]) batches.add(item);
    assert.deepEqual(hands.batches, [[-1, -2], [3]]);
    await hands.finishOne();
    assert.deepEqual(hands.batches.at(-1), [1, 2]);
    await hands.finishAll();
    assert.deepEqual(batches.stop(), []);
  });

  it('tell when there is room, and when no item is in hand', async () => {
    const hands = new Hands();
    const batches = new Batches<number>({ size: 1, concurrency: 1, flushIntervalMs: never }, hands);
    const events: string[] = [];
    await batches.idle();
    await batches.room();
    batches.add(1);
    batches.add(2);
    void batches.room().then(() => events.push('room'));
    void batches.idle().then(() => events.push('idle'));
    await turn();
    assert.deepEqual(events, []);
    await hands.finishOne();
    assert.deepEqual(events, ['room']);
    await hands.finishOne();
    assert.deepEqual(events, ['room', 'idle']);
    assert.deepEqual([batches.waiting, batches.running], [0, 0]);
    batches.stop();
  });
});
