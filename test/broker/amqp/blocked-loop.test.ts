// A process whose event loop is blocked: by a handler that computes, or by anything else.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, GenericProducer, MessageProcessor, RpcCommand } from 'waybill';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import type { SideChannel } from '../../support/side-channel.js';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { ownLink, toQueue } from './fixture.js';

/** The broker gives up a client that was silent for two heartbeats, of a second here, and a bit more. */
const longMs = 6_000;

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

class Computing extends MessageProcessor {
  static override readonly prefetch = 10;
  readonly runs = new Map<number, number>();
}
Computing.handle('command', 'compute', async function ({ parameters }: Content<{ n: number; ms: number }>) {
  this.runs.set(parameters.n, (this.runs.get(parameters.n) ?? 0) + 1);
  await Promise.resolve();
  block(parameters.ms);
  if (parameters.n < 0) throw new RangeError('computed in vain');
});

describe('a process whose event loop is blocked', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  before(async () => {
    side = await sideChannel(owner);
  });

  async function start(t: TestContext) {
    const queue = uniqueName('queue');
    const log = recordingLog();
    const eqks = [[Exchange, [[queue, queue]]]] as const;
    const processor = new Computing({ url: brokerUrl(), logger: log, heartbeatSeconds: 1, eqks });
    let lost = 0;
    processor.events.on('down', () => lost++);
    t.after(() => processor.close());
    await processor.start();
    const send = (n: number, ms: number) =>
      side.publish('', queue, JSON.stringify(command('compute', { n, ms })), { messageId: idOf(n) });
    return { queue, log, processor, send, connectionsLost: () => lost };
  }

  it('T-A6: by a handler, for longer than two heartbeats: the message runs once, and the log says why the connection was lost', async (t) => {
    const { queue, log, processor, send, connectionsLost } = await start(t);
    await send(1, longMs);
    for (let n = 2; n <= 20; n++) await send(n, 0);
    await until(() => processor.runs.size === 20, { what: 'all have run', limitMs: 30_000 });
    assert.ok(connectionsLost() > 0, 'the broker has given it up');
    await until(async () => (await processor.health()).ok, { what: 'it is well', limitMs: 10_000 });
    // Behind all that comes again.
    await send(21, 0);
    await until(() => processor.runs.has(21), { what: 'the last one has run' });
    assert.deepEqual(
      [...processor.runs].filter(([, runs]) => runs > 1),
      [],
    );
    await processor.close();
    assert.equal(await side.depth(queue), 0);
    const told = log.warnings.find((line) => line.includes('The connection was lost')) ?? '';
    assert.match(
      told,
      /This process stood still for \d+\.\d s, blocked by a handler.*two heartbeats \(2 s\)/,
    );
  });

  it('T-A6: by a handler that fails in the end: its message is parked once', async (t) => {
    const { queue, processor, send, connectionsLost } = await start(t);
    await send(-1, longMs);
    await side.waitForDepth(`${queue}.failed`, 1, 30_000);
    assert.ok(connectionsLost() > 0, 'the broker has given it up');
    await until(async () => (await processor.health()).ok, { what: 'it is well', limitMs: 10_000 });
    await send(1, 0);
    await until(() => processor.runs.has(1), { what: 'the last one has run' });
    assert.equal(processor.runs.get(-1), 1);
    assert.equal(await side.depth(`${queue}.failed`), 1);
  });

  it('T-B4: for longer than a publish may take: a confirm that has arrived meanwhile counts', async (t) => {
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
    const link = ownLink(t, brokerUrl());
    await link.publish(toQueue(queue, 'first'));
    for (let round = 0; round < 5; round++) {
      const sent = link.publish(toQueue(queue, `message ${round}`), { timeoutMs: 500 });
      // It is written in this turn.
      await new Promise((resolve) => setImmediate(resolve));
      block(700);
      await sent;
    }
  });

  it('T-B4: for longer than a call may take: an answer that has arrived meanwhile counts', async (t) => {
    const [exchangeName, queue, key] = [uniqueName('exchange'), uniqueName('queue'), uniqueName('key')];
    await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
    const args = [brokerUrl(), exchangeName, queue, key];
    const server = Program.run('test/conformance/rpc/programs/counting-server.ts', { args });
    t.after(() => server.close());
    await server.waitForLine('serving');
    class Place extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    class Caller extends GenericProducer {
      static override readonly eks = [[Place, key]] as const;

      build_rpc_echo(value: number) {
        return new RpcCommand<{ value: number }, { value: number }>('echo', { value });
      }
    }
    const caller = await Caller.connect({ url: brokerUrl() });
    t.after(() => caller.close());
    assert.equal((await caller.rpc_echo(0)).unwrap().value, 0);
    for (let round = 1; round <= 5; round++) {
      const calling = caller.with({ timeoutMs: 500, maxRetry: 0 }).rpc_echo(round);
      await new Promise((resolve) => setImmediate(resolve));
      block(700);
      assert.equal((await calling).unwrap().value, round);
    }
  });
});

function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(Math.abs(n) + (n < 0 ? 1_000 : 0)).padStart(12, '0')}`;
}
