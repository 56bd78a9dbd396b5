import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Entry, ReadyList } from '../../../src/devbroker/queues/ready-list.js';

const message = {
  exchange: '',
  routingKeys: ['q'],
  properties: {},
  body: Buffer.alloc(0),
} as const satisfies Entry['message'];

function entry(sequence: number, priority = 0): Entry {
  return {
    message,
    sequence,
    priority,
    expiresAt: undefined,
    redelivered: false,
    acquisitions: 0,
    returns: 0,
  };
}

function byTurn(one: Entry, other: Entry): number {
  return other.priority - one.priority || one.sequence - other.sequence;
}

/** What is done with the list: a new message, one taken out, or one of those taken out given back. */
const steps = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('enter' as const), priority: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ act: fc.constant('take' as const) }),
    fc.record({ act: fc.constant('give back' as const), which: fc.nat() }),
  ),
  { maxLength: 300, size: 'max' },
);

describe('the messages that wait in a queue', () => {
  it('leave by priority, then in the order in which they came, however they are given back', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const list = new ReadyList();
        let expected: Entry[] = [];
        const out: Entry[] = [];
        for (const [index, step] of all.entries()) {
          if (step.act === 'take') {
            const taken = list.shift();
            assert.equal(taken, expected.shift());
            if (taken) out.push(taken);
          } else {
            const given =
              step.act === 'give back' ? out.splice(step.which % (out.length || 1), 1)[0] : undefined;
            if (step.act === 'give back' && !given) continue;
            const next = given ?? entry(index, step.act === 'enter' ? step.priority : 0);
            list.insert(next);
            expected = [...expected, next].sort(byTurn);
          }
          assert.equal(list.length, expected.length);
          assert.equal(list.peek(), expected[0]);
          assert.deepEqual([...list], expected);
        }
      }),
    );
  });
});
