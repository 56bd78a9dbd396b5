// Who watches sees who comes and goes, who is dead and who is only busy; at rest nobody says anything.
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { type Content, GenericProducer, MessageCommand, MessageHandler, MessageProcessor } from 'waybill';
import type { SeenNode, Watch } from 'waybill/network';
import { uniqueName } from '../../support/broker.js';
import type { Program } from '../../support/child.js';
import { openNetwork, soon, startComponent, untilKnown } from '../../support/stage/networked.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

describe('who watches the network of components', () => {
  const stage = useStage();

  const watch = async (t: TestContext, everyMs = 1_000): Promise<Watch> => {
    return await (await openNetwork(t, stage)).watch({ everyMs, lookMs: 200 });
  };

  it('sees one that is killed as gone within two seconds, since the broker knows', async (t) => {
    const name = uniqueName('killed');
    const watching = await watch(t, 60_000);
    const program = await startComponent(t, stage, name);
    await seen(watching, name, 'up');
    const begun = performance.now();
    program.signal('SIGKILL');
    await seen(watching, name, 'gone');
    assert.ok(performance.now() - begun < 2_000);
    assert.deepEqual(told(watching, program), ['join', 'gone']);
  });

  it('sees one that is held up as busy, never as gone, and as up when it goes on', async (t) => {
    const name = uniqueName('held');
    const watching = await watch(t);
    const program = await startComponent(t, stage, name);
    await seen(watching, name, 'up');
    program.signal('SIGSTOP');
    await seen(watching, name, 'busy');
    program.signal('SIGCONT');
    await seen(watching, name, 'up');
    assert.deepEqual(told(watching, program), ['join', 'busy', 'back']);
    program.signal('SIGSTOP');
    await seen(watching, name, 'busy');
    program.signal('SIGKILL');
    await seen(watching, name, 'lost');
  });

  it('knows of one that was held up before it was looked for, and sees it as busy, and then as up', async (t) => {
    const name = uniqueName('frozen');
    const program = await startComponent(t, stage, name);
    const network = await openNetwork(t, stage);
    await untilKnown(network, name);
    program.signal('SIGSTOP');
    for (const to of ['all', { name }, { host: hostname() }] as const) {
      const { answers, silent, missing } = await network.ask('info', { to });
      assert.ok(!answers.some(({ node }) => node.pid === program.pid));
      const told = silent.find(({ pid }) => pid === program.pid);
      assert.deepEqual([told?.names, told?.host], [[name], hostname()]);
      assert.ok(missing.includes(told?.id ?? ''));
    }
    const watching = await watch(t);
    const frozen = watching.nodes.find(({ node }) => node.pid === program.pid);
    assert.deepEqual([frozen?.state, frozen?.unheard, frozen?.components], ['busy', [name], []]);
    program.signal('SIGCONT');
    await seen(watching, name, 'up');
    assert.deepEqual(watching.nodes.find(({ node }) => node.pid === program.pid)?.unheard, []);
    assert.deepEqual(told(watching, program), ['busy', 'back']);
    program.signal('SIGKILL');
    await seen(watching, name, 'gone');
    assert.deepEqual((await network.ask('info', { to: { name } })).silent, []);
  });

  it('sees one that ends in order as left, and another one that comes', async (t) => {
    const place = await stage.place();
    class Clerk extends MessageProcessor {}
    const options = { ...soon, ownConnections: true };
    const watching = await watch(t);
    const { processor } = await stage.start(t, Clerk, place, options);
    await seen(watching, 'Clerk', 'up');
    await processor.drain();
    await until(() => watching.events.some(({ kind, name }) => kind === 'leave' && name === 'Clerk'), {
      what: 'it is told that it leaves',
    });
    await until(() => watching.nodes.some(({ state, reason }) => state === 'left' && reason === 'closed'), {
      what: 'its process has left',
    });
    await stage.start(t, Clerk, await stage.place(), options);
    await seen(watching, 'Clerk', 'up');
  });

  it('sees how much is done in a second, and how much of it fails', async (t) => {
    const place = await stage.place();
    class Till extends MessageProcessor {
      static override readonly onFailure = 'reject';
      @MessageHandler('command', 'pay')
      pay({ parameters: n }: Content<number>) {
        if (n % 2 === 0) throw new Error('even');
      }
    }
    class Buyer extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_pay(n: number) {
        return new MessageCommand('pay', n);
      }
    }
    await stage.start(t, Till, place, soon);
    const watching = await watch(t);
    await seen(watching, 'Till', 'up');
    const buyer = await stage.connect(t, Buyer);
    const shares = new Set<number>();
    watching.onChange(() => {
      const till = component(watching, 'Till');
      if (till?.rate) shares.add(till.failing ?? 0);
    });
    let n = 0;
    await until(
      async () => {
        for (let each = 0; each < 10; each++) await buyer.message_pay(n++);
        return [...shares].some((share) => share > 0.3 && share < 0.7);
      },
      { what: 'half of it is seen to fail', limitMs: 15_000 },
    );
  });

  it('is harmed by no listener of his own that throws', async (t) => {
    const log = recordingLog();
    const network = await openNetwork(t, stage, { logger: log });
    const watching = await network.watch({ everyMs: 1_000 });
    watching.onEvent(() => {
      throw new Error('of a listener');
    });
    watching.onChange(() => Promise.reject(new Error('later')));
    class Seen extends MessageProcessor {}
    const place = await stage.place();
    await stage.start(t, Seen, place, { ...soon, ownConnections: true });
    await seen(watching, 'Seen', 'up');
    await until(() => log.errors.some((line) => line.includes('of a listener')), { what: 'the log tells' });
  });

  it('is told nothing any more when it does not watch any more', async (t) => {
    class Still extends MessageProcessor {}
    await stage.start(t, Still, await stage.place(), soon);
    const first = await watch(t);
    await seen(first, 'Still', 'up');
    const looker = await stage.side.onChannel(async (channel) => {
      const { queue } = await channel.assertQueue(uniqueName('looker'));
      await channel.bindQueue(queue, 'waybill.presence', 'stats.#');
      return queue;
    });
    await stage.side.waitForDepth(looker, 2);
    await first.close();
    const network = await openNetwork(t, stage);
    // Answered behind what ends the watch.
    assert.equal((await network.ask('ping', { to: { name: 'Still' } })).answers.length, 1);
    const settled = async (): Promise<number> => {
      const before = await stage.side.depth(looker);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return (await stage.side.depth(looker)) - before;
    };
    assert.equal(await settled(), 0);
  });
});

async function seen(watching: Watch, name: string, state: SeenNode['state']): Promise<void> {
  await until(
    () =>
      watching.nodes.some(
        (node) => node.state === state && node.components.some(({ facts }) => facts.name === name),
      ),
    { what: `${name} is ${state}`, limitMs: 10_000 },
  );
}

function component(watching: Watch, name: string) {
  return watching.nodes.flatMap(({ components }) => components).find(({ facts }) => facts.name === name);
}

function told(watching: Watch, { pid }: Program): readonly string[] {
  return watching.events.filter(({ node }) => node.pid === pid).map(({ kind }) => kind);
}
