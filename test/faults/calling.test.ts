import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { TimeoutError, UnroutableError } from 'waybill';
import { suiteOwner } from '../support/broker.js';
import { connect } from '../support/stage/connect.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Calls, isImpatient, type SettledCall } from './calls.js';
import { Chance } from './chance.js';
import { EffectServer } from './effect-server.js';
import { effectsIn, repeatedIn } from './effects.js';
import { type Fault, FaultPlan } from './fault-plan.js';
import { watchSettledTwice } from './settled-twice.js';
import { sized } from './sizes.js';
import { Troubles } from './troubles.js';

const total = sized(10_000, 2_000);

/** The reasons that each fault can be to a call: where one of them alone was going on, no other one is true. */
const reasonsOf: Readonly<Record<string, readonly string[]>> = {
  cut: ['CONNECTION_LOST', 'TIMEOUT'],
  stall: ['CONNECTION_LOST', 'TIMEOUT'],
  crash: ['CONNECTION_LOST', 'TIMEOUT'],
  'server killed': ['TIMEOUT'],
  'queue deleted': ['UNROUTABLE', 'TIMEOUT'],
};

describe('calling', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  it('settles each call once and says truly why over cuts, a stall, crashes, killed servers and deleted queues; a server does nothing twice', async (t) => {
    extendLimit(t, 400_000);
    const chance = Chance.for(t);
    const settledTwice = await watchSettledTwice(t);
    const server = await serve(t);
    const calls = await Calls.to(t, server, broker.url, total, chance);
    const troubles = new Troubles();
    const faults = [...faultsOfBroker(), ...faultsOf(server, calls)].map((fault) => troubles.watch(fault));
    const plan = new FaultPlan(chance, total, faults);
    calls.onSettled = (call) => {
      if (call.result.ok) troubles.wentWell(call);
      plan.progressed(calls.settled.length);
    };
    calls.start();
    await until(() => calls.settled.length === total, { what: 'all are settled', limitMs: 360_000 });
    await plan.finished();
    const failed = calls.settled.filter(({ result }) => !result.ok);
    const effects = effectsIn(server.notes);
    const again = repeatedIn(effects, calls.unansweredAtKills);
    t.diagnostic(
      `${plan.summary}; ${total - failed.length} of ${total} answered, the others: ${countsOf(failed.map(codeOf))}; ` +
        `${calls.unsettled.size} unsettled, ${settledTwice.length} settled twice`,
    );
    t.diagnostic(
      `${effects.length} effects of ${new Set(effects.map(({ number }) => number)).size} calls; once more in one process: ` +
        `${again.inOneProcess.length}; after a kill that came before the ack ${again.unacked.length}, before the answer ${again.unanswered.length}`,
    );
    assert.deepEqual([calls.unsettled.size, settledTwice], [0, []]);
    assertOwnAnswers(calls.settled);
    assert.deepEqual(
      failed.filter((call) => !isTrue(call, troubles)).map((call) => [call.number, codeOf(call)]),
      [],
      'the reason of these is none that was there',
    );
    assert.deepEqual([again.inOneProcess, again.unexplained], [[], []]);
    const done = new Set(effects.map(({ number }) => number));
    assert.ok(calls.settled.every(({ number, result }) => !result.ok || done.has(number)));
  });

  it('says that nobody answered when the only server is killed at its work; the call never runs later', async (t) => {
    const server = await serve(t);
    const caller = await connect(t, broker, server.Caller);
    const call = caller.with({ timeoutMs: 2_000, attemptTimeoutMs: 1_000, maxRetry: 1 }).rpc_count(1, 60_000);
    await until(() => effectsIn(server.notes).length === 1, { what: 'it works' });
    await server.kill();
    const { error, message } = await call;
    assert.ok(error instanceof TimeoutError, message);
    assert.match(message, /^No answer to the call 'count' in 2 attempts, 2000 ms together\. /);
    await server.start();
    assert.equal((await caller.rpc_count(2)).unwrap(), 2);
    assert.deepEqual(numbersOf(server), [1, 2]);
  });

  it('is answered by the server that takes the place of a killed one, whichever attempt that is', async (t) => {
    const server = await serve(t);
    const caller = await connect(t, broker, server.Caller);
    const calls = [
      caller.with({ timeoutMs: 60_200, attemptTimeoutMs: 200, maxRetry: 300 }).rpc_count(1, 1_000),
      caller.with({ timeoutMs: 60_000 }).rpc_count(2, 1_000),
    ];
    await until(() => effectsIn(server.notes).length === 2, { what: 'both are at work' });
    await server.kill();
    await server.start();
    assert.deepEqual(
      (await Promise.all(calls)).map((answer) => answer.unwrap()),
      [1, 2],
    );
    const effects = effectsIn(server.notes);
    const again = repeatedIn(effects, new Set([1]));
    t.diagnostic(`${effects.length} effects of 2 calls, ${again.unacked.length} of them given back unacked`);
    assert.deepEqual([...numbersOf(server)].sort(), [1, 1, 2, 2]);
    assert.deepEqual([again.inOneProcess, again.unexplained], [[], []]);
    assert.ok(
      again.unacked.some(({ number }) => number === 2),
      'the patient one was given back, not sent again',
    );
  });

  it('says that the request reaches nobody when its queue is deleted with it; who waits longer is answered by a server that declares it', async (t) => {
    const server = new EffectServer(t, broker.url);
    const { exchangeName } = server.exchange;
    const side = await broker.side();
    await side.onChannel(async (channel) => {
      await channel.assertExchange(exchangeName, 'direct');
      await channel.assertQueue(server.queue);
      await channel.bindQueue(server.queue, exchangeName, 'key');
    });
    const caller = await connect(t, broker, server.Caller);
    const hasty = caller.with({ timeoutMs: 4_000, attemptTimeoutMs: 1_000, maxRetry: 3 }).rpc_count(1);
    const patient = caller.with({ timeoutMs: 101_000, attemptTimeoutMs: 1_000, maxRetry: 100 }).rpc_count(2);
    await side.waitForDepth(server.queue, 2);
    await side.onChannel((channel) => channel.deleteQueue(server.queue));
    const { error, message } = await hasty;
    assert.ok(error instanceof UnroutableError, message);
    assert.deepEqual([error.exchange, error.routingKey], [exchangeName, 'key']);
    await server.start();
    assert.equal((await patient).unwrap(), 2);
    assert.deepEqual(numbersOf(server), [2]);
  });

  async function serve(t: TestContext): Promise<EffectServer> {
    const server = new EffectServer(t, broker.url);
    await server.start();
    return server;
  }

  function faultsOfBroker(): Fault[] {
    return [
      ...Array.from({ length: sized(10, 3) }, () => broker.cut),
      broker.stall(4_000),
      ...Array.from({ length: sized(2, 1) }, () => broker.crash),
    ];
  }

  function faultsOf(server: EffectServer, calls: Calls): Fault[] {
    const killServer = async (): Promise<void> => {
      calls.noteKill();
      await server.kill();
      calls.noteKill();
      await calls.waitForImpatient();
      await server.start();
    };
    const deleteQueue = async (): Promise<void> => {
      const side = await broker.side();
      await side.onChannel((channel) => channel.deleteQueue(server.queue));
      await side.close();
    };
    return Array.from({ length: sized(5, 1) }).flatMap(() => [
      { name: 'server killed', strike: killServer },
      { name: 'queue deleted', strike: deleteQueue },
    ]);
  }
});

/** For which calls there were effects, in order. */
function numbersOf({ notes }: EffectServer): readonly number[] {
  return effectsIn(notes).map(({ number }) => number);
}

/** Each has its own answer; those with patience have one. */
function assertOwnAnswers(settled: readonly SettledCall[]): void {
  const wrong = settled.filter(({ number, result }) =>
    result.ok ? result.value !== number : !isImpatient(number),
  );
  assert.deepEqual(
    wrong.map(({ number, result }) => [number, result.value, result.message]),
    [],
  );
}

function isTrue(call: SettledCall, troubles: Troubles): boolean {
  return troubles.during(call).some((name) => reasonsOf[name]?.includes(codeOf(call)));
}

function codeOf({ result }: SettledCall): string {
  return result.error?.code ?? 'none';
}

/** How often each is there, for people: `12 TIMEOUT, 3 UNROUTABLE`. */
function countsOf(codes: readonly string[]): string {
  const kinds = [...new Set(codes)];
  return kinds.map((kind) => `${codes.filter((code) => code === kind).length} ${kind}`).join(', ') || 'none';
}
