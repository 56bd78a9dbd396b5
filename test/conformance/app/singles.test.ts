import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Gate } from '../../support/stage/gate.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, numbers, type StagedApp, useStage, waitForLength } from './app-stage.js';

const stage = useStage();

/** A failed batch whose messages are handled once more, each alone, and each waits for its turn. */
interface Singles extends StagedApp {
  readonly queue: string;
  /** The bodies that were begun alone, in order. */
  readonly begun: unknown[];
  /** The same when the shutdown hooks ran. */
  readonly begunBeforeHooks: unknown[];
  /** Lets the one that runs end. */
  readonly gates: Gate[];
}

/** An app in which the first of so many messages of a failed batch runs alone. */
async function singles(t: TestContext, url: string, count: number): Promise<Singles> {
  const queue = await newQueue(stage);
  await fill(stage, queue, numbers(count));
  const staged = newApp(t, { url });
  const here: Singles = { ...staged, queue, begun: [], begunBeforeHooks: [], gates: [] };
  const options = { bulkSize: count, flushIntervalMs: 50, onException: 'fail' } as const;
  staged.app.amqp.consume(
    queue,
    options,
  )(async (messages) => {
    if (messages.length > 1) throw new Error('planned by a test');
    const gate = new Gate();
    here.begun.push(messages[0]?.body);
    here.gates.push(gate);
    await gate.opened;
  });
  staged.app.runOnShutdown(() => void here.begunBeforeHooks.push(...here.begun));
  await staged.app.start();
  await waitForLength(here.begun, 1);
  return here;
}

describe('the messages of a failed batch, one by one', () => {
  it('S-F4: end with the app: the message that runs is finished, the others go back to their queue', async (t) => {
    const { app, queue, begun, gates } = await singles(t, stage.url, 10);
    app.stop();
    gates[0]?.open();
    await app.close();
    assert.deepEqual(begun, [0]);
    assert.equal(await stage.side.depth(queue), 9);
  });

  it('S-F4: none begins after the shutdown hooks, when the app could not wait for the message that runs', async (t) => {
    const { app, queue, begun, begunBeforeHooks, gates } = await singles(t, stage.url, 10);
    await assert.rejects(app.drain({ timeoutMs: 100 }), { name: 'DrainError' });
    gates[0]?.open();
    await stage.side.waitForDepth(queue, 10);
    assert.deepEqual([begunBeforeHooks, begun], [[0], [0]]);
  });

  it('S-F4: none begins after its channel is lost: they come again, once each', async (t) => {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { app, connection, queue, begun, gates } = await singles(t, proxy.urlFor(stage.url), 5);
    proxy.cut();
    const isBack = async (): Promise<boolean> =>
      (await connection.health()).every(({ ok }) => ok) && (await stage.side.depth(queue)) === 0;
    await until(isBack, { what: 'all are delivered again' });
    gates[0]?.open();
    // The same batch once more: 1 to 4 begin from there, and 0, which was not acked in time.
    for (let opened = 1; opened < 6; opened++) {
      await waitForLength(gates, opened + 1);
      gates[opened]?.open();
    }
    await app.close();
    assert.deepEqual([begun[0], ...begun.slice(1).sort()], [0, 0, 1, 2, 3, 4]);
    assert.equal(await stage.side.depth(queue), 0);
  });
});

describe('the list that a handler gets', () => {
  it('S-F10: is a list of its own: messages that the handler takes out of it are settled all the same', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const seen: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 10, flushIntervalMs: 50 })((messages) => {
      const list = messages as unknown[];
      for (let message = list.shift(); message; message = list.shift()) seen.push(message);
    });
    await fill(stage, queue, numbers(30));
    await app.start();
    await waitForLength(seen, 30);
    await app.close();
    assert.equal(await stage.side.depth(queue), 0);
    assert.equal(seen.length, 30);
  });
});
