import assert from 'node:assert/strict';
import { it } from 'node:test';

type Mode = 'standard' | 'legacy';

const seen: Mode[] = [];

/** Standard decorators get a context object in second place, legacy ones the name of the member. */
function note(_: unknown, second: unknown): void {
  seen.push(typeof second === 'object' ? 'standard' : 'legacy');
}

class Decorated {
  @note
  method(): void {}
}

it('runs files named *.decorators.test.ts in the mode that WAYBILL_TEST_DECORATORS announces', () => {
  assert.equal(typeof Decorated.prototype.method, 'function');
  assert.deepEqual(seen, [process.env['WAYBILL_TEST_DECORATORS'] ?? 'standard']);
});
