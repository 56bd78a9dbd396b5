import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import { extendLimit } from '../support/test-limit.js';
import { readAll } from './arrivals.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Notebook } from './notebook.js';
import type { OutagePlan, OutageReport } from './outage-plan.js';
import { sized } from './sizes.js';

const outageMs = sized(60_000, 5_000);
const perSecond = sized(5_000, 2_000);
const bodyBytes = 1_000;
const maxMessages = sized(20_000, 4_000);

/** What a message may cost beside its body while it waits: its promises, properties, deadline, and the caller's own notes. */
const overheadBytes = 2_000;
/** What the process takes by itself meanwhile, however little waits: compiled code, and room on the heap that is free again. */
const ownBytes = 5_000_000;

interface Case extends Pick<OutagePlan, 'outbox' | 'timeoutMs' | 'callers'> {
  readonly title: string;
  /** How the publishes that were not confirmed end; undefined where all are confirmed. */
  readonly refusal: string | undefined;
  /** How many may wait at once. */
  readonly mostWaiting: number;
}

/** What comes in a second in which the program is busy with something else, such as collecting its garbage for us. */
const someMore = perSecond;

const cases: readonly Case[] = [
  {
    title: 'fail, by count: what is too much is refused at once',
    outbox: { maxMessages, whenFull: 'fail' },
    timeoutMs: 300_000,
    refusal: 'OUTBOX_FULL',
    mostWaiting: maxMessages,
  },
  {
    title: 'drop-oldest, by bytes: the newest are kept',
    outbox: { maxBytes: maxMessages * bodyBytes, whenFull: 'drop-oldest' },
    timeoutMs: 300_000,
    refusal: 'OUTBOX_FULL',
    mostWaiting: maxMessages,
  },
  {
    title: 'wait, and callers who wait: they are held back, and everything arrives',
    outbox: { maxMessages, whenFull: 'wait' },
    timeoutMs: 300_000,
    callers: 1_000,
    refusal: undefined,
    mostWaiting: 1_000,
  },
  {
    title: 'wait, and nobody waits: the deadline is the limit',
    outbox: { maxMessages, whenFull: 'wait' },
    timeoutMs: 3_000,
    refusal: 'PUBLISH_TIMEOUT',
    mostWaiting: perSecond * 3,
  },
];

describe(`${perSecond} publishes a second while the broker is away for ${outageMs / 1_000} s`, () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  for (const each of cases) {
    it(each.title, async (t) => {
      extendLimit(t, 240_000);
      const { title: _title, refusal, mostWaiting, ...settings } = each;
      const confirmedFile = Notebook.for(t).path;
      const plan = { ...settings, perSecond, bodyBytes, warmUpMs: 2_000, confirmedFile };
      const { queue, report } = await publishThrough(plan);
      const { confirmed = 0, ...others } = report.outcomes;
      const refused = Object.values(others).reduce((sum, count) => sum + count, 0);
      const budgetBytes = ownBytes + (mostWaiting + someMore) * (bodyBytes + overheadBytes);
      const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
      t.diagnostic(
        `${report.sent} sent: ${JSON.stringify(report.outcomes)}; at most ${report.mostOpen} waiting, ` +
          `${megabytes(report.grownBytes)} MB more of ${megabytes(budgetBytes)} MB`,
      );
      assert.equal(confirmed + refused, report.sent, 'a promise was not settled');
      assert.deepEqual(Object.keys(others), refusal === undefined ? [] : [refusal]);
      assert.ok(report.mostOpen <= mostWaiting + someMore);
      assert.ok(report.grownBytes <= budgetBytes * 1.2);
      await assertArrived(queue, JSON.parse(readFileSync(confirmedFile, 'utf8')));
    });
  }

  async function publishThrough(plan: OutagePlan): Promise<{ queue: string; report: OutageReport }> {
    const [exchangeName, queue] = [uniqueName('exchange'), uniqueName('queue')];
    const side = await broker.side();
    await side.onChannel(async (channel) => {
      await channel.assertExchange(exchangeName, 'direct');
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchangeName, 'key');
    });
    await side.close();
    const args = [exchangeName, 'key', JSON.stringify(plan)];
    const env = { WAYBILL_URL: broker.node.url };
    await using program = Program.run('test/faults/programs/outage-publisher.ts', { args, env });
    await program.waitForLine('warm', 30_000);
    await broker.node.stop();
    await sleep(outageMs);
    await broker.node.start();
    await sleep(2_000);
    program.signal('SIGUSR2');
    const line = await program.waitForLine(/^report /, 120_000);
    return { queue, report: JSON.parse(line.slice('report '.length)) };
  }

  /** All that was confirmed is there, and whatever is there came in its order. */
  async function assertArrived(queue: string, confirmed: readonly number[]): Promise<void> {
    const arrived = await readAll(await broker.side(), queue);
    const numbers = new Set(arrived.map(({ parameters }) => Number(parameters['number'])));
    assert.deepEqual(
      confirmed.filter((number) => !numbers.has(number)),
      [],
      'confirmed, and not there',
    );
    const inOrder = [...numbers].every((number, index, all) => index === 0 || number > (all[index - 1] ?? 0));
    assert.ok(inOrder, 'the order was not kept');
  }
});
