import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeAnswer, SenderFigures } from '../../../src/network/index.js';
import { Flows } from '../../../src/ui/flows.js';
import { Recent } from '../../../src/ui/recent.js';

type Told = Parameters<Flows['take']>[0];

const at = '2026-11-27T10:00:00.000Z';

function answer(id: string, name: string, senders: readonly Partial<SenderFigures>[]): Told[number] {
  const node = {
    id,
    host: 'box',
    pid: 1,
    vhost: '/',
    since: at,
    waybill: '1',
    node: '20',
  } satisfies NodeAnswer['node'];
  const rows = senders.map((each) => ({
    sender: 'Web',
    message: 'order',
    count: 0,
    failed: 0,
    lastAt: at,
    ...each,
  }));
  return { node, components: [{ ref: '1', name, senders: rows }] };
}

describe('who sends what to whom', () => {
  it('is one row for all instances of a name, with the rate of all', () => {
    const flows = new Flows();
    flows.take([answer('a', 'Shop', [{ count: 10 }]), answer('b', 'Shop', [{ count: 20 }])], 1_000);
    assert.deepEqual(
      flows.rows.map(({ count, rate, failing }) => [count, rate, failing]),
      [[30, undefined, 0]],
    );
    flows.take(
      [answer('a', 'Shop', [{ count: 20 }]), answer('b', 'Shop', [{ count: 40, failed: 3 }])],
      11_000,
    );
    assert.deepEqual(
      flows.rows.map(({ count, rate, failing }) => [count, rate, failing]),
      [[60, 3, 0.1]],
    );
  });

  it('keeps versions of a sender apart, and puts the busiest first', () => {
    const flows = new Flows();
    flows.take([
      answer('a', 'Shop', [
        { version: '1', count: 1 },
        { version: '2', count: 5 },
      ]),
    ]);
    assert.deepEqual(
      flows.rows.map(({ version }) => version),
      ['2', '1'],
    );
  });

  it('takes one that was not heard of for a while from where it was, and one that began anew from nothing', () => {
    const flows = new Flows();
    flows.take([answer('a', 'Shop', [{ count: 100 }])], 0);
    flows.take([], 5_000);
    assert.equal(flows.rows.length, 0);
    flows.take([answer('a', 'Shop', [{ count: 200 }])], 10_000);
    assert.equal(flows.rows[0]?.rate, 10);
    flows.take([answer('a', 'Shop', [{ count: 7 }])], 15_000);
    assert.equal(flows.rows[0]?.rate, 0);
    flows.pause();
    flows.take([answer('a', 'Shop', [{ count: 9 }])], 20_000);
    assert.equal(flows.rows[0]?.rate, undefined);
  });

  it('forgets failures that are long past', () => {
    const flows = new Flows();
    flows.take([answer('a', 'Shop', [{ count: 100, failed: 50 }])], 0);
    for (let look = 1; look <= 20; look++)
      flows.take(
        [answer('a', 'Shop', [{ count: 100 + look * 100, failed: 50 + Math.min(look, 1) * 50 }])],
        look * 5_000,
      );
    assert.ok((flows.rows[0]?.failing ?? 1) < 0.01);
  });
});

describe('what failed lately', () => {
  it('is the share of the last half minute', () => {
    const recent = new Recent();
    assert.equal(recent.failing('a', 1_000, 900, 0), undefined);
    assert.equal(recent.failing('a', 1_010, 901, 1_000), 0.1);
    assert.equal(recent.failing('a', 1_100, 901, 30_000), 0.01);
    assert.equal(recent.failing('a', 1_100, 901, 31_000), 0.01);
    assert.equal(recent.failing('a', 1_200, 901, 62_000), 0);
    assert.equal(recent.failing('b', 5, 5, 62_000), undefined);
  });

  it('is unknown for one that began anew, and for those that are forgotten', () => {
    const recent = new Recent();
    recent.failing('a', 100, 10, 0);
    assert.equal(recent.failing('a', 0, 0, 1_000), undefined);
    recent.keep(new Set());
    assert.equal(recent.failing('a', 50, 50, 2_000), undefined);
  });
});
