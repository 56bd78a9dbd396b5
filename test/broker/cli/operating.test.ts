// An operator's evening, with nothing but commands: a queue grows since its consumer hangs, messages are parked, an old version sends.
// docs/operating.md tells the same evening.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { newKey } from '../../../src/identity/index.js';
import { Program } from '../../support/child.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { runWaybill, type Said } from '../../support/waybill-command.js';

const program = 'test/support/stage/programs/evening.ts';

describe("an operator's evening", () => {
  const stage = useStage();

  it('finds what hangs, who sends wrongly and what is parked, and mends it by commands', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-evening-'));
    t.after(() => rm(folder, { recursive: true }));
    const keys = join(folder, 'keys.json');
    newKey(keys, { id: 'ops', names: ['operator'] });
    const desk = await start(t, stage.url, 'desk', keys);
    await desk.waitForLine('ready', 30_000);

    const told: string[] = [];
    /** Types a command, as the operator does; the transcript stands in the report of the test. */
    const type = async (line: string): Promise<Said> => {
      const said = await runWaybill([...line.split(' ').slice(1), '--url', stage.url]);
      told.push(`$ ${line}`, ...[said.out, said.err].filter((text) => text !== ''));
      return said;
    };
    await until(async () => (await type('waybill ps Desk')).code === 0, { what: 'it has joined' });

    // 1. A supplier does not answer: both handlers hang, and the queue grows.
    await send(stage.url, '2', 20);
    await until(async () => (await stage.side.look('orders'))?.messages === 0, {
      what: 'it has them in hand',
    });
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
    await send(stage.url, '1', 3);
    await stage.side.waitForDepth('orders.failed', 3);
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

async function start(t: TestContext, url: string, role: string, keys = '', count = 0): Promise<Program> {
  const started = Program.run(program, { args: [url, role, keys, String(count)] });
  t.after(() => started.close());
  return started;
}

/** Has a till of a version send orders, and waits until it has. */
async function send(url: string, version: string, count: number): Promise<void> {
  await using till = Program.run(program, { args: [url, version, '', String(count)] });
  assert.deepEqual(await till.waitForEnd(30_000), { code: 0, signal: null }, till.stderr);
}
