import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSuspect, whyGivenUp } from '../../../src/amqp/consuming/unfinished.js';
import { deliveryOf } from './delivery-of.js';

/** Of a quorum queue, which has come back so often. */
function back(times: number) {
  return deliveryOf({ redelivered: times > 0, headers: { 'x-delivery-count': times } });
}

const quorum = { 'x-queue-type': 'quorum' };

describe('a message that came back unsettled', () => {
  it('is suspect from the third time on, and given up two before the broker drops it', () => {
    const fates = [0, 2, 3, 17, 18, 19].map((times) => [
      isSuspect(back(times), quorum),
      whyGivenUp(back(times), quorum) !== undefined,
    ]);
    assert.deepEqual(fates, [
      [false, false],
      [false, false],
      [true, false],
      [true, false],
      [true, true],
      [true, true],
    ]);
  });

  it('is given up by the delivery limit that its queue was declared with; a low one leaves no room for a margin', () => {
    for (const [limit, last] of [
      [100, 97],
      [5, 2],
      [4, 3],
      [1, 0],
    ] as const) {
      const declared = { ...quorum, 'x-delivery-limit': limit };
      assert.equal(whyGivenUp(back(last), declared), undefined, `limit ${limit}`);
      assert.ok(whyGivenUp(back(last + 1), declared), `limit ${limit}`);
    }
  });

  it('is given up by the default limit where that of its queue is invalid', () => {
    for (const limit of [-1, 0, 'many', Number.NaN]) {
      const declared = { ...quorum, 'x-delivery-limit': limit };
      assert.equal(whyGivenUp(back(17), declared), undefined);
      assert.ok(whyGivenUp(back(18), declared));
    }
  });

  it('is left to the broker where that dead-letters it', () => {
    assert.equal(whyGivenUp(back(100), { ...quorum, 'x-dead-letter-exchange': '' }), undefined);
  });

  it('is not counted as one because a header of its sender says so', () => {
    const sent = deliveryOf({ redelivered: false, headers: { 'x-delivery-count': 50 } });
    assert.deepEqual([sent.deliveryCount, isSuspect(sent, quorum)], [0, false]);
    for (const count of ['many', -5, 1.5, { '!': 'int' }, null]) {
      assert.equal(
        deliveryOf({ redelivered: true, headers: { 'x-delivery-count': count } }).deliveryCount,
        0,
      );
    }
  });

  it('is given up with an error that says how often it came back, and where to look', () => {
    const reason = whyGivenUp(back(18), quorum);
    assert.deepEqual([reason?.code, reason?.deliveryCount], ['NEVER_FINISHED', 18]);
    assert.match(reason?.message ?? '', /18 times.*process died/);
  });

  it('T-A1: runs as any other message in a classic queue, whatever count its sender writes', () => {
    const classic = { 'x-queue-type': 'classic' };
    assert.equal(isSuspect(back(1_000), classic), false);
    assert.equal(whyGivenUp(back(1_000), classic), undefined);
  });
});
