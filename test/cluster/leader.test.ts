// Three nodes of RabbitMQ with quorum queues: the one that leads a queue is killed or frozen under load.
//
// `npm run test:cluster` sets WAYBILL_CLUSTER=full and runs all of it, in some three minutes. `npm test` runs the first.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { answersAmqp } from '../support/amqp-probe.js';
import { RabbitCluster } from '../support/rabbit-cluster.js';
import type { RabbitNode } from '../support/rabbit-node.js';
import { SideChannel } from '../support/side-channel.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { FailingOnce, startFailingOnce } from './failing-once.js';
import { Load, type Outcome, QuorumPlace } from './load.js';

const isFull = process.env['WAYBILL_CLUSTER'] === 'full';

/** What happens to the leader, until the load goes on without it, and how it comes back. */
interface Fate {
  readonly name: string;
  readonly strike: (leader: RabbitNode) => void | Promise<void>;
  readonly mend: (leader: RabbitNode) => Promise<void>;
}

const killed: Fate = {
  name: 'is killed (SIGKILL)',
  strike: (leader) => leader.kill(),
  mend: (leader) => leader.start(),
};

/**
 * The others hold it to be down after some seconds, and when it wakes up it is on the wrong side of a partition. There it
 * stays until it is started anew, as RabbitMQ asks for (docs, Clustering and Network Partitions).
 */
const frozen: Fate = {
  name: 'is cut off (SIGSTOP)',
  strike: (leader) => leader.pause(),
  mend: async (leader) => {
    leader.resume();
    await until(() => answersAmqp(leader.port), { what: 'the node is awake', limitMs: 30_000 });
    await leader.kill();
    await leader.start();
  },
};

const cases = [
  { fate: killed, clients: 'with it' },
  { fate: killed, clients: 'elsewhere' },
  { fate: frozen, clients: 'with it' },
  { fate: frozen, clients: 'elsewhere' },
] as const;

describe('the leader of a quorum queue', () => {
  for (const { fate, clients } of isFull ? cases : cases.slice(0, 1)) {
    it(`${fate.name} with clients ${clients}: nothing confirmed is lost, everything goes on`, async (t) => {
      const { cluster, leader, other } = await startCluster(t);
      const place = new QuorumPlace();
      await place.declareOn(leader);
      assert.equal((await cluster.leaderOf(place.queue, other))?.name, leader.name);
      const load = await Load.start(t, place, cluster.url(clients === 'with it' ? leader : other));
      await load.goesOn(500);
      await fate.strike(leader);
      await load.goesOn(1_000);
      await fate.mend(leader);
      await load.goesOn(500);
      report(t, await load.stop());
      await using side = await SideChannel.connect(other.url);
      await side.waitForConsumers(place.queue, 1);
    });
  }

  if (!isFull) return;
  it('is killed while failed messages rest: each of them is tried again', async (t) => {
    const { cluster, leader, other } = await startCluster(t);
    const place = new QuorumPlace();
    await place.declareOn(leader);
    const { processor, producer } = await startFailingOnce(t, place, cluster.url(leader));
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    await Promise.all(numbers.map((number) => producer.command('count', number)));
    await using side = await SideChannel.connect(other.url);
    const resting = `${place.queue}.retry.${FailingOnce.retry.delayMs}`;
    await until(async () => ((await side.look(resting))?.messages ?? 0) > 100, { what: 'many rest' });
    await leader.kill();
    const what = 'all of them are done';
    await until(() => processor.done.size === numbers.length, { what, limitMs: 60_000 }).catch(() => {});
    t.diagnostic(`${processor.done.size} of ${numbers.length} done, in ${processor.runs} runs`);
    assert.equal(processor.done.size, numbers.length);
  });
});

/** Three nodes for one test: what a partition leaves behind shall not be found by the next one. */
async function startCluster(t: TestContext) {
  extendLimit(t, 180_000);
  const cluster = await RabbitCluster.start(3);
  t.after(() => cluster.close());
  const [leader, other] = cluster.nodes as [RabbitNode, RabbitNode, RabbitNode];
  return { cluster, leader, other };
}

function report(t: TestContext, { confirmed, lost, twice, failed, longestGapsMs }: Outcome): void {
  const { confirms, deliveries } = longestGapsMs;
  const counts = `${confirmed} confirmed, ${lost.length} lost, ${twice} twice, ${failed.length} failed`;
  t.diagnostic(`${counts}; longest gap: confirms ${confirms} ms, deliveries ${deliveries} ms`);
  assert.deepEqual([lost.slice(0, 3), lost.length], [[], 0]);
  assert.deepEqual([failed.slice(0, 3), failed.length], [[], 0]);
}
