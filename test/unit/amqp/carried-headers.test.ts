import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { carriedHeaders } from '../../../src/amqp/consuming/carried-headers.js';

describe('the headers of a message that is published once more', () => {
  it("are the sender's, without those of the broker", () => {
    const ofTheSender = { a: 1, 'x-delay': 2, 'x-deaths': 3, 'x-waybill-failures': 4, BCC: ['b'] };
    const counts = { 'x-delivery-count': 5, 'x-acquired-count': 6, 'x-stream-offset': 7 };
    const deaths = { 'x-death': [], 'x-first-death-reason': '', 'x-last-death-queue': '' };
    assert.deepEqual(carriedHeaders({ ...counts, ...ofTheSender, ...deaths, CC: ['c'] }), ofTheSender);
  });

  it('are left out where the message had none', () => {
    assert.deepEqual(carriedHeaders(undefined), {});
  });
});
