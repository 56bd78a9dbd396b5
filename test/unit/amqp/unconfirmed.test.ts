import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Unconfirmed } from '../../../src/amqp/publishing/unconfirmed.js';

/** What a map would do, plainly. */
class Model {
  readonly #items = new Map<number, number>();
  #last = 0;

  get size(): number {
    return this.#items.size;
  }

  add(item: number): void {
    this.#items.set(++this.#last, item);
  }

  take(tag: number, multiple: boolean): number[] {
    const tags = [...this.#items.keys()].filter((each) => (multiple ? each <= tag : each === tag));
    return tags.map((each) => {
      const item = this.#items.get(each) as number;
      this.#items.delete(each);
      return item;
    });
  }

  takeAll(): number[] {
    this.#last = 0;
    return this.take(Number.POSITIVE_INFINITY, true);
  }
}

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 900 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      tag: fc.integer({ min: 0, max: 3_000 }),
      multiple: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('take all' as const) }),
);

describe('the store of unconfirmed publishes', () => {
  it('holds what a map by delivery tag would hold, whatever is confirmed in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [ours, model] = [new Unconfirmed<number>(), new Model()];
        let next = 0;
        for (const each of steps) {
          if (each.kind === 'take all') assert.deepEqual(ours.takeAll(), model.takeAll());
          else if (each.kind === 'take')
            assert.deepEqual(ours.take(each.tag, each.multiple), model.take(each.tag, each.multiple));
          else
            for (let count = 0; count < each.count; count++, next++) {
              ours.add(next);
              model.add(next);
            }
          assert.equal(ours.size, model.size);
        }
      }),
    );
  });

  it('does not grow with the number of confirmed publishes', () => {
    const sent = new Unconfirmed<number>();
    for (let tag = 1; tag <= 100_000; tag++) {
      sent.add(tag);
      if (tag > 10) assert.deepEqual(sent.take(tag - 10, false), [tag - 10]);
    }
    assert.equal(sent.size, 10);
    assert.deepEqual(sent.take(100_000, true).length, 10);
  });
});
