import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAnyLate } from '../../../src/amqp/consuming/consumer-timeouts.js';
import type { Delivery } from '../../../src/amqp/consuming/delivery.js';

function aged(...ages: number[]): Delivery[] {
  return ages.map((ageMs) => ({ ageMs }) as Delivery);
}

describe('a cancel of the broker', () => {
  it('is not taken for a consumer timeout when all deliveries are young', () => {
    assert.deepEqual(
      [aged(), aged(5, 890), aged(5, 950)].map((deliveries) => isAnyLate(deliveries, {})),
      [false, false, true],
    );
  });

  it('is judged by the consumer timeout that the queue was declared with, if it was', () => {
    const declared = { 'x-consumer-timeout': 60_000 };
    assert.deepEqual(
      [aged(5_000), aged(53_000), aged(5_000, 55_000)].map((deliveries) => isAnyLate(deliveries, declared)),
      [false, false, true],
    );
  });
});
