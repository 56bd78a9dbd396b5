import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Content, Exchange, type ExchangeClass, MessageProcessor, silentLogger } from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { command } from '../support/stage/envelopes.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { consumerFaults, type Scene } from './consumer-faults.js';
import { MethodTap } from './method-tap.js';
import { sized } from './sizes.js';
import { Witness } from './witness.js';

const repeats = sized(10, 1);

/** How long after a fault is over messages may wait for their consumer. */
const backInMs = 5_000;

class Probed extends MessageProcessor {
  readonly probes = new Set<number>();
}
Probed.handle('command', 'probe', function ({ parameters }: Content<number>) {
  this.probes.add(parameters);
});

/** What was seen of one consumer, by the broker and by itself, all the time. */
interface Observations {
  looks: number;
  mostConsumers: number;
  /** How often it said that it is well while the broker had no consumer for its queue. */
  lies: number;
}

describe('a consumer', () => {
  const owner = suiteOwner();
  let scene: Scene;
  let exchange: ExchangeClass;
  before(async () => {
    const broker = await BrokerUnderFaults.start(owner);
    const [queue, exchangeName] = [uniqueName('queue'), uniqueName('exchange')];
    exchange = class extends Exchange {
      static override readonly exchangeName = exchangeName;
    };
    scene = { broker, queue, tap: new MethodTap(broker.proxy), witness: new Witness(broker, queue) };
  });

  it('is tested under 12 faults', () => assert.equal(Object.keys(consumerFaults).length, 12));

  for (const [name, strike] of Object.entries(consumerFaults)) {
    it(`consumes again within 5 s, once only, and its health is true meanwhile: ${name}`, async (t) => {
      extendLimit(t, 300_000);
      const processor = await start(t);
      const watching = new AbortController();
      const seen: Observations = { looks: 0, mostConsumers: 0, lies: 0 };
      const watched = watch(processor, seen, watching.signal);
      t.after(() => watching.abort());
      const times: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const consumes = scene.tap.consumes;
        await strike(scene);
        times.push(await timeUntilBack(processor, consumes));
        await until(async () => (await processor.health()).ok, { what: 'it is well again', limitMs: 10_000 });
        await until(async () => (await scene.witness.consumers()) === 1, {
          what: 'it is alone',
          limitMs: 10_000,
        });
      }
      watching.abort();
      await watched;
      t.diagnostic(
        `${repeats} times: back after ${Math.round(Math.min(...times))} to ${Math.round(Math.max(...times))} ms; ` +
          `${seen.looks} looks: at most ${seen.mostConsumers} consumers, ${seen.lies} lies`,
      );
      assert.deepEqual(
        times.filter((time) => time > backInMs),
        [],
      );
      assert.equal(seen.lies, 0, 'it was green while the broker had no consumer');
      assert.equal(seen.mostConsumers, 1, 'there were two where one was');
    });
  }

  async function start(t: TestContext): Promise<Probed> {
    const processor = new Probed({
      url: scene.broker.url,
      eqks: [[exchange, [[scene.queue, 'key']]]],
      logger: silentLogger,
      heartbeatSeconds: 1,
    });
    t.after(() => processor.close());
    await processor.start();
    return processor;
  }

  async function watch(processor: Probed, seen: Observations, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const before = await scene.witness.consumers();
      const { ok } = await processor.health();
      const after = await scene.witness.consumers();
      seen.looks++;
      seen.mostConsumers = Math.max(seen.mostConsumers, before ?? 0, after ?? 0);
      if (ok && !before && !after) seen.lies++;
      await sleep(10);
    }
  }

  /** Sends probes until it has begun to consume once more and has handled one. */
  async function timeUntilBack(processor: Probed, consumes: number): Promise<number> {
    const start = performance.now();
    await until(
      async () => {
        if (scene.tap.consumes === consumes) processor.probes.clear();
        const probe = JSON.stringify(command('probe', processor.probes.size));
        await scene.witness.ask((side) => side.publish('', scene.queue, probe));
        return scene.tap.consumes > consumes && processor.probes.size > 0;
      },
      { what: 'a probe is handled', limitMs: 60_000 },
    );
    return performance.now() - start;
  }
});
