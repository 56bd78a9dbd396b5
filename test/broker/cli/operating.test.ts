// An operator's evening, with nothing but commands: a queue grows since its consumer hangs, messages are parked, an old version sends.
// docs/operating.md tells the same evening; test/browser/evening.test.ts plays it on the page.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyFile } from '../../support/key-file.js';
import { Evening } from '../../support/stage/evening.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { runWaybill, type Said } from '../../support/waybill-command.js';

describe("an operator's evening", () => {
  const stage = useStage();
  const { keys } = keyFile({ id: 'ops', names: ['operator'] });

  it('finds what hangs, who sends wrongly and what is parked, and mends it by commands', async (t) => {
    const evening = await Evening.open(t, stage, keys);

    const told: string[] = [];
    /** Types a command, as the operator does; the transcript stands in the report of the test. */
    const type = async (line: string): Promise<Said> => {
      const said = await runWaybill([...line.split(' ').slice(1), '--url', stage.url]);
      told.push(`$ ${line}`, ...[said.out, said.err].filter((text) => text !== ''));
      return said;
    };
    await until(async () => (await type('waybill ps Desk')).code === 0, { what: 'it has joined' });

    // 1. A supplier does not answer: both handlers hang, and the queue grows.
    await evening.queueGrows();
    await until(async () => waits(await type('waybill ps Desk')) === 20, {
      what: 'they wait behind what hangs',
    });
    const begun = performance.now();
    const hanging = await type('waybill inflight Desk');
    const ids = hanging.out
      .split('\n')
      .slice(1)
      .map((line) => /([\w-]{11}\.\w{6})/.exec(line)?.[1] ?? '');
    assert.equal(ids.length, 2);
    assert.match(hanging.out, /Till@/);
    for (const id of ids) {
      const cancelled = await type(`waybill cancel Desk ${id} --keys ${keys}`);
      assert.match(cancelled.out, /its handler is told/);
    }
    await until(async () => waits(await type('waybill ps Desk')) === 0, { what: 'the others are taken' });

    // 2. What was cancelled has failed, and is parked: it is told why, and dropped.
    const parked = await type('waybill failed list orders --group');
    assert.match(parked.out, /ABORT_ERR/);
    assert.equal((await type('waybill failed drop orders --where code=ABORT_ERR')).out, '2 dropped');

    // 3. An old version sends: its messages are parked, too. Who sends them is known, and they are mended.
    await evening.oldVersionSends();
    const groups = await type('waybill failed list orders --group');
    assert.match(groups.out, /RangeError/);
    const senders = await type('waybill who-sends Desk --message order');
    assert.match(senders.out, /Till +1 +order +Desk +3/);
    assert.match(senders.out, /Till +2 +order +Desk +22/);
    const list = await type('waybill failed list orders --json');
    for (const line of list.out.split('\n')) {
      const { id } = JSON.parse(line) as { readonly id: string };
      const edited = await type(
        `waybill failed edit orders ${id} --set content.parameters.pieces=3 --replay`,
      );
      assert.equal(edited.code, 0, edited.err);
    }
    await stage.side.waitForDepth('orders.failed', 0);

    // 4. The desk is taken out of service in order.
    const drained = await type(`waybill drain Desk --keys ${keys}`);
    assert.match(drained.out, /Nothing runs any more/);
    assert.equal((await type(`waybill quit Desk --keys ${keys}`)).code, 0);
    await evening.deskEnds();
    t.diagnostic(`found and mended in ${((performance.now() - begun) / 1_000).toFixed(1)} s of commands`);
    for (const line of told.join('\n').split('\n')) t.diagnostic(line);
  });
});

/** How many messages `waybill ps` says to wait in the component. */
function waits({ out }: Said): number {
  const [titles = '', row = ''] = out.split('\n');
  const end = titles.indexOf('WAIT') + 'WAIT'.length;
  return Number(/\d+$/.exec(row.slice(0, end))?.[0]);
}
