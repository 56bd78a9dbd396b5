import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RefusalLog } from '../../../src/amqp/connection/refusal-log.js';
import { recordingLog } from '../../support/stage/stage.js';

describe('N-17: what the broker refuses again and again', () => {
  it('is told when it begins, for another reason, once a minute, and when it is over', () => {
    const log = recordingLog();
    const refusals = new RefusalLog("queue 'orders'", log);
    const error = new Error('404');
    for (const at of [0, 1_000, 59_000, 60_000, 61_000]) refusals.refused(error, 'There is none.', at);
    refusals.refused(error, 'It is locked.', 62_000);
    assert.deepEqual(log.errors, [
      "queue 'orders': There is none. Trying again.",
      "queue 'orders': There is none. Trying again.",
      "queue 'orders': It is locked. Trying again.",
    ]);
    assert.equal(log.debugs.length, 3);
    refusals.granted(72_000);
    refusals.granted(73_000);
    assert.deepEqual(log.warnings, ["queue 'orders': the broker has agreed after 72.0 s."]);
    refusals.refused(error, 'There is none.', 80_000);
    assert.equal(log.errors.length, 4);
  });
});
