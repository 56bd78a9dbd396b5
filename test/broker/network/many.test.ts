// Two hundred components: silent at rest, by the broker's own counters; while somebody watches a message in ten seconds for each at most;
// killed ones are seen as gone, held ones as busy.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Network, type Watch } from 'waybill/network';
import { Program } from '../../support/child.js';
import { RabbitNode } from '../../support/rabbit-node.js';
import { until } from '../../support/until.js';

const processes = 4;
const each = 50;
/** Longer by WAYBILL_FAULTS=full: as docs/network.md tells it. */
const isFull = process.env['WAYBILL_FAULTS'] === 'full';
const quietMs = isFull ? 60_000 : 10_000;
const watchedMs = isFull ? 36_000 : 13_000;

describe('two hundred components', { timeout: 300_000 }, () => {
  let node: RabbitNode;
  let programs: Program[] = [];
  let network: Network;

  before(async () => {
    node = await RabbitNode.start();
    programs = Array.from({ length: processes }, (_, at) =>
      Program.run('test/broker/network/programs/many.ts', { args: [node.url, String(at), String(each)] }),
    );
    await Promise.all(programs.map((program) => program.waitForLine('ready', 120_000)));
    network = await Network.open({ url: node.url });
    await until(async () => (await componentsOf(network)) === processes * each, {
      what: 'all have joined',
      limitMs: 60_000,
    });
  });

  after(async () => {
    await network?.close();
    await Promise.all(programs.map((program) => program.close()));
    await node?.close();
  });

  /** How many messages the broker has been given since it began. */
  const received = async (): Promise<number> => {
    const told = await node.ctl('rabbitmqctl', ['eval', 'rabbit_global_counters:overview().']);
    const counts = [...told.matchAll(/messages_received_total\s*=>\s*(\d+)/g)].map(([, count]) =>
      Number(count),
    );
    assert.ok(counts.length > 0, told);
    return counts.reduce((sum, count) => sum + count, 0);
  };

  it('say nothing at rest', async () => {
    // Connections that were made for a word end after half a minute; messages are what is counted.
    const begun = await received();
    await sleep(quietMs);
    assert.equal((await received()) - begun, 0);
  });

  it('say a message in ten seconds each at most while somebody watches, and nothing more for a second one', async (t) => {
    const first = await network.watch();
    await until(() => count(first) === processes * each, { what: 'all are seen' });
    const begun = await received();
    await sleep(watchedMs);
    const told = (await received()) - begun;
    t.diagnostic(
      `${told} messages in ${watchedMs / 1_000} s, ${processes} processes, ${processes * each} components`,
    );
    assert.ok(told > 0);
    // Also for each process, where it had one component only: and some messages may fall into the time or not.
    assert.ok(told <= (processes * watchedMs) / 10_000 + processes, `${told}`);
    const second = await network.watch();
    await until(() => count(second) === processes * each, { what: 'all are seen by the second, too' });
    const again = await received();
    await sleep(watchedMs);
    assert.ok((await received()) - again <= (processes * watchedMs) / 10_000 + processes);
    await second.close();
    await first.close();
  });

  it('are gone at once when they are killed, and busy, not gone, while they are held up', async (t) => {
    const watch = await network.watch();
    await until(() => count(watch) === processes * each, { what: 'all are seen' });
    const [killed, held] = programs as [Program, Program];
    const begun = performance.now();
    killed.signal('SIGKILL');
    await until(() => stateOf(watch, killed) === 'gone', { what: 'it is gone' });
    t.diagnostic(`gone ${Math.round(performance.now() - begun)} ms after SIGKILL`);
    held.signal('SIGSTOP');
    await until(() => stateOf(watch, held) === 'busy', { what: 'it is busy', limitMs: 20_000 });
    held.signal('SIGCONT');
    await until(() => stateOf(watch, held) === 'up', { what: 'it goes on', limitMs: 20_000 });
    assert.ok(
      !watch.events.some(({ kind, node: { pid } }) => pid === held.pid && kind !== 'busy' && kind !== 'back'),
    );
    await watch.close();
  });
});

async function componentsOf(network: Network): Promise<number> {
  const { answers } = await network.ask('ping', { timeoutMs: 5_000 });
  return answers.reduce((sum, { components }) => sum + components.length, 0);
}

function count({ nodes }: Watch): number {
  return nodes
    .filter(({ state }) => state === 'up')
    .reduce((sum, { components }) => sum + components.length, 0);
}

function stateOf({ nodes }: Watch, { pid }: Program): string | undefined {
  return nodes.find(({ node }) => node.pid === pid)?.state;
}
