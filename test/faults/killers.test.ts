// Messages that end the process that runs them, each time, and what becomes of those beside them.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import type { SideChannel } from '../support/side-channel.js';
import { command } from '../support/stage/envelopes.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Notebook } from './notebook.js';
import { sized } from './sizes.js';

/** How often a worker is started again. */
const restarts = 60;

/** RabbitMQ 4 drops a message of a quorum queue that came back twenty times; it is given up two before that. */
const deathsAtMost = 18;

const cases = sized(
  [
    { title: 'five messages, the first kills', count: 5, killers: [0], concurrency: 1 },
    { title: '150 messages, a killer in the middle', count: 150, killers: [50], concurrency: 1 },
    { title: '150 messages, two killers', count: 150, killers: [50, 90], concurrency: 1 },
    { title: '150 messages, two killers, ten at once', count: 150, killers: [50, 90], concurrency: 10 },
  ],
  [{ title: 'thirty messages, one in the middle kills', count: 30, killers: [10], concurrency: 4 }],
);

describe('a message that kills its process', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  let side: SideChannel;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
    side = await broker.side();
  });

  /** Starts workers until everything is done or parked; gives how many were killed, and what was written down. */
  async function work(
    t: TestContext,
    { count, killers, concurrency }: (typeof cases)[number],
    type = 'quorum',
  ) {
    const queue = uniqueName('killers');
    const notes = Notebook.for(t);
    await fill(queue, type, count, killers);
    const parked = async () => (await side.look(`${queue}.failed`))?.messages ?? 0;
    const isOver = async () => doneIn(notes).size + (await parked()) >= count;
    let deaths = 0;
    for (let start = 0; start < restarts && !(await isOver()); start++) {
      await using worker = Program.run('test/faults/programs/killed-worker.ts', {
        args: [queue, type, String(concurrency), notes.path],
        env: { WAYBILL_URL: broker.node.url },
      });
      let hasEnded = false;
      void worker.ended.then(() => {
        hasEnded = true;
      });
      await until(async () => hasEnded || (await isOver()), {
        what: 'it has died or is done',
        limitMs: 30_000,
      });
      if (hasEnded) deaths++;
      else await finish(worker);
    }
    return { queue, deaths, notes, parked: await parked() };
  }

  /** What is done is acked, too, when it has drained. */
  async function finish(worker: Program): Promise<void> {
    worker.signal('SIGTERM');
    await worker.waitForEnd(30_000);
  }

  async function fill(queue: string, type: string, count: number, killers: readonly number[]): Promise<void> {
    await side.onChannel((channel) =>
      channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': type } }),
    );
    for (let number = 0; number < count; number++) {
      const name = killers.includes(number) ? 'kill' : 'work';
      const messageId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      await side.publish('', queue, JSON.stringify(command(name, number)), { persistent: true, messageId });
    }
  }

  for (const each of cases) {
    const { title, count, killers } = each;
    it(`of a quorum queue is parked with its dossier, and no message around it is lost: ${title}`, async (t) => {
      extendLimit(t, 300_000);
      const { queue, deaths, notes, parked } = await work(t, each);
      assert.equal(parked, killers.length);
      assert.equal(doneIn(notes).size, count - killers.length);
      // What the broker tells of a quorum queue is some seconds old.
      await until(async () => (await broker.messagesIn(queue)) === 0, {
        what: 'it is empty',
        limitMs: 20_000,
      });
      assert.ok(deaths <= deathsAtMost * killers.length + killers.length, `${deaths} deaths`);
      t.diagnostic(`${deaths} deaths for ${killers.length} killers`);
      for (const _ of killers) {
        const { properties } = await side.waitForMessage(`${queue}.failed`);
        const { error, message } = properties.headers?.['x-waybill-dossier'] ?? {};
        assert.equal(error, 'NeverFinishedError');
        assert.match(message, /came back to its queue \d+ times/);
      }
    });
  }

  it('of a classic queue, which does not count, comes again and again; nothing is lost', async (t) => {
    extendLimit(t, 120_000);
    const queue = uniqueName('killers');
    const notes = Notebook.for(t);
    await fill(queue, 'classic', 5, [2]);
    for (let start = 0; start < 4; start++) {
      await using worker = Program.run('test/faults/programs/killed-worker.ts', {
        args: [queue, 'classic', '1', notes.path],
        env: { WAYBILL_URL: broker.node.url },
      });
      assert.equal((await worker.waitForEnd(30_000)).signal, 'SIGKILL');
    }
    await until(async () => (await side.look(queue))?.messages === 3, { what: 'what was in hand is back' });
    assert.deepEqual(doneIn(notes), new Set(['0', '1']));
  });
});

function doneIn({ lines }: Notebook): ReadonlySet<string> {
  return new Set(lines.filter((line) => line.startsWith('done ')).map((line) => line.slice('done '.length)));
}
