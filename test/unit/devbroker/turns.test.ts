import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextRound } from 'node:timers/promises';
import { Turns } from '../../../src/devbroker/server/turns.js';
import { until } from '../../support/until.js';

/** Keeps the process busy for a while. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('turns', () => {
  it('come in the order in which they were asked for, also for those that ask again', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const greedy = (name: string, times: number): void => {
      seen.push(name);
      work(2);
      if (times > 1) turns.queue(() => greedy(name, times - 1));
    };
    for (const name of ['a', 'b', 'c', 'd']) turns.queue(() => greedy(name, 3));
    await until(() => seen.length === 12, { what: 'all have had their turns', limitMs: 5_000 });
    assert.equal(seen.join(''), 'abcdabcdabcd');
  });

  it('P-19: are given in rounds, between which the process does other things', async () => {
    const turns = new Turns();
    let served = 0;
    for (let client = 0; client < 20; client += 1) {
      turns.queue(() => {
        served += 1;
        work(2);
      });
    }
    await nextRound();
    assert.ok(served > 0 && served < 20, `${served} were served in one round`);
    await until(() => served === 20, { what: 'all have had their turn', limitMs: 5_000 });
  });
});
