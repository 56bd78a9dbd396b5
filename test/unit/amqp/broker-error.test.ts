import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWaybillError } from 'waybill';
import {
  asTopologyError,
  brokerText,
  closesConnection,
  isRefusal,
} from '../../../src/amqp/connection/broker-error.js';

/** As amqplib makes it. */
function closed(code: number, text: string): Error {
  return Object.assign(new Error(`Connection closed: ${code} (CODE) with message "${text}"`), { code });
}

describe('an error of the broker', () => {
  for (const code of [403, 404, 405, 406]) {
    it(`${code} is a refusal that closes a channel`, () => {
      assert.deepEqual([isRefusal(closed(code, '')), closesConnection(closed(code, ''))], [true, false]);
    });
  }

  for (const code of [503, 530, 540, 541]) {
    it(`${code} is a refusal that closes the connection`, () => {
      assert.deepEqual([isRefusal(closed(code, '')), closesConnection(closed(code, ''))], [true, true]);
    });
  }

  for (const code of [320, 501, 504, 505]) {
    it(`${code} is no refusal`, () => {
      assert.equal(isRefusal(closed(code, '')), false);
      const error = closed(code, 'text');
      assert.equal(asTopologyError(error, "queue 'q'"), error);
    });
  }

  it('is shown in the words of the broker, on one line', () => {
    const text = 'INTERNAL_ERROR - Feature `x` is deprecated.\nIts use is not permitted:\n    "permit..."';
    const words = 'INTERNAL_ERROR - Feature `x` is deprecated. Its use is not permitted: "permit..."';
    assert.equal(brokerText(closed(541, text)), words);
    const error = asTopologyError(closed(541, text), "queue 'q'");
    assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'));
    assert.equal(error.message, `RabbitMQ refused queue 'q': ${words}`);
  });
});
