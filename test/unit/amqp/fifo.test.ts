import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fifo } from '../../../src/amqp/common/fifo.js';

interface Step {
  readonly run: (fifo: Fifo<number>, model: number[]) => void;
  readonly name: string;
}

let last = 0;

const push = fc.integer({ min: 1, max: 700 }).map<Step>((count) => ({
  name: `push ${count}`,
  run: (fifo, model) => {
    for (let each = 0; each < count; each++) {
      model.push(++last);
      fifo.push(last);
    }
  },
}));
const shift = fc.integer({ min: 1, max: 900 }).map<Step>((count) => ({
  name: `shift ${count}`,
  run: (fifo, model) => {
    for (let each = 0; each < count; each++) assert.equal(fifo.shift(), model.shift());
  },
}));
const keep = fc.integer({ min: 1, max: 4 }).map<Step>((divisor) => ({
  name: `keep multiples of ${divisor}`,
  run: (fifo, model) => {
    fifo.keep((item) => item % divisor === 0);
    model.splice(0, model.length, ...model.filter((item) => item % divisor === 0));
  },
}));
const putBack = fc.array(fc.integer(), { maxLength: 5 }).map<Step>((items) => ({
  name: `put back ${items.length}`,
  run: (fifo, model) => {
    fifo.putBack(items);
    model.unshift(...items);
  },
}));
const takeAll = fc.constant<Step>({
  name: 'take all',
  run: (fifo, model) => assert.deepEqual(fifo.takeAll(), model.splice(0)),
});

describe('a fifo', () => {
  it('does what a plain array does', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: push },
        { weight: 5, arbitrary: shift },
        { weight: 2, arbitrary: putBack },
        { weight: 1, arbitrary: keep },
        { weight: 1, arbitrary: takeAll },
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const { run } of all) {
          run(fifo, model);
          assert.equal(fifo.length, model.length);
          assert.deepEqual(fifo.toArray(), model);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives undefined when it is empty, again and again', () => {
    const fifo = new Fifo<string>();
    assert.deepEqual([fifo.shift(), fifo.shift(), fifo.length], [undefined, undefined, 0]);
    fifo.push('a');
    assert.deepEqual([fifo.shift(), fifo.shift(), fifo.length], ['a', undefined, 0]);
  });
});
