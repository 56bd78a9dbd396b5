import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ticksOf, type When } from '../../../src/recurring/ticks.js';

function ticks(when: When, from: string, count: number): string[] {
  const { next } = ticksOf('test', when);
  let at = Date.parse(from);
  return Array.from({ length: count }, () => {
    at = next(at);
    return new Date(at).toISOString();
  });
}

describe('ticks', () => {
  it('of an interval are counted from 1970, whenever somebody begins', () => {
    assert.deepEqual(ticks({ everyMs: 3_600_000 }, '2026-11-27T12:34:56Z', 2), [
      '2026-11-27T13:00:00.000Z',
      '2026-11-27T14:00:00.000Z',
    ]);
    assert.deepEqual(ticks({ everyMs: 60_000 }, '2026-11-27T12:00:00Z', 1), ['2026-11-27T12:01:00.000Z']);
  });

  it('of a cron expression are in UTC, or in the time zone that is named', () => {
    const from = '2026-11-27T12:00:00Z';
    assert.deepEqual(ticks({ cron: '0 3 * * *' }, from, 1), ['2026-11-28T03:00:00.000Z']);
    assert.deepEqual(ticks({ cron: '0 3 * * *', timeZone: 'Europe/Berlin' }, from, 1), [
      '2026-11-28T02:00:00.000Z',
    ]);
    assert.deepEqual(ticks({ cron: '*/10 * * * * *' }, from, 2), [
      '2026-11-27T12:00:10.000Z',
      '2026-11-27T12:00:20.000Z',
    ]);
  });

  it('come once on the days on which clocks are set', () => {
    const when = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    // 2026-03-29 has no 02:30, 2026-10-25 has two of them.
    const spring = ticks(when, '2026-03-28T00:00:00Z', 3);
    assert.deepEqual(new Set(spring.map((each) => each.slice(0, 10))).size, 3);
    const autumn = ticks(when, '2026-10-24T00:00:00Z', 3);
    assert.deepEqual(new Set(autumn.map((each) => each.slice(0, 10))).size, 3);
  });

  it('may end', () => {
    assert.equal(ticksOf('test', { cron: '0 0 30 2 *' }).next(0), Infinity);
  });
});
