import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it, type TestContext } from 'node:test';
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

/** Two of them share an outage. */
const outages: readonly (readonly Case[])[] = [
  [
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
  ],
  [
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
  ],
];

/** What came of one case. */
interface Published {
  readonly queue: string;
  readonly report: OutageReport;
  /** The numbers of the messages that were confirmed. */
  readonly confirmed: readonly number[];
}

describe(`${perSecond} publishes a second while the broker is away for ${outageMs / 1_000} s`, () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  for (const together of outages) {
    let outage: Promise<ReadonlyMap<Case, Published>> | undefined;
    for (const each of together) {
      it(each.title, async (t) => {
        extendLimit(t, 240_000);
        outage ??= publishThroughOutage(t, together);
        const published = (await outage).get(each);
        assert.ok(published);
        assertSettled(t, each, published.report);
        await assertArrived(published);
      });
    }
  }

  async function publishThroughOutage(
    t: TestContext,
    together: readonly Case[],
  ): Promise<ReadonlyMap<Case, Published>> {
    const publishers = await Promise.all(together.map((each) => startPublisher(t, each)));
    await broker.node.stop();
    await sleep(outageMs);
    await broker.node.start();
    await sleep(2_000);
    const all = publishers.map(async ([each, end]) => [each, await end()] as const);
    return new Map(await Promise.all(all));
  }

  /** Publishes until it is ended, which says what came of it. */
  async function startPublisher(
    t: TestContext,
    each: Case,
  ): Promise<readonly [Case, () => Promise<Published>]> {
    const { title: _title, refusal: _refusal, mostWaiting: _mostWaiting, ...settings } = each;
    const confirmedFile = Notebook.for(t).path;
    const plan: OutagePlan = { ...settings, perSecond, bodyBytes, warmUpMs: 2_000, confirmedFile };
    const [exchange, queue] = await declareTarget();
    const args = [exchange, 'key', JSON.stringify(plan)];
    const program = Program.run('test/faults/programs/outage-publisher.ts', {
      args,
      env: { WAYBILL_URL: broker.node.url },
    });
    t.after(() => program[Symbol.asyncDispose]());
    await program.waitForLine('warm', 30_000);
    const end = async (): Promise<Published> => {
      program.signal('SIGUSR2');
      const line = await program.waitForLine(/^report /, 120_000);
      const report: OutageReport = JSON.parse(line.slice('report '.length));
      return { queue, report, confirmed: JSON.parse(readFileSync(confirmedFile, 'utf8')) };
    };
    return [each, end];
  }

  async function declareTarget(): Promise<readonly [exchange: string, queue: string]> {
    const [exchange, queue] = [uniqueName('exchange'), uniqueName('queue')];
    const side = await broker.side();
    await side.onChannel(async (channel) => {
      await channel.assertExchange(exchange, 'direct');
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchange, 'key');
    });
    await side.close();
    return [exchange, queue];
  }

  /** Each promise was settled once, in the way of the case, and no more memory was taken than is meant to be. */
  function assertSettled(t: TestContext, { refusal, mostWaiting }: Case, report: OutageReport): void {
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
  }

  /** All that was confirmed is there, and whatever is there came in its order. */
  async function assertArrived({ queue, confirmed }: Published): Promise<void> {
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
