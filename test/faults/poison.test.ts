import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Content, type Eqks, Exchange, MessageProcessor, silentLogger } from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import type { SideChannel } from '../support/side-channel.js';
import { command } from '../support/stage/envelopes.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { type Arrival, readAll } from './arrivals.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { MethodTap } from './method-tap.js';
import { Notebook } from './notebook.js';
import { sized } from './sizes.js';

const each = sized(250, 50);
const attempts = 4;

/** Counts the runs of each message, by what it is to do and its number. */
class Poisoned extends MessageProcessor {
  static override readonly retry = { attempts, delayMs: 50, factor: 1 };
  static override readonly concurrency = 8;
  readonly runs = new Map<string, number>();

  run(name: string, number: number): number {
    const runs = (this.runs.get(`${name} ${number}`) ?? 0) + 1;
    this.runs.set(`${name} ${number}`, runs);
    return runs;
  }
}
Poisoned.handle('command', 'work', function ({ parameters }: Content<number>) {
  this.run('work', parameters);
});
Poisoned.handle('command', 'fail', function ({ parameters }: Content<number>) {
  throw new RangeError(`run ${this.run('fail', parameters)} of ${parameters}`);
});
Poisoned.handle('command', 'work the third time', function ({ parameters }: Content<number>) {
  if (this.run('work the third time', parameters) < 3) throw new Error('not yet');
});

const numbers = Array.from({ length: each }, (_, number) => number);

/** What the messages do; the place of each stands at the front of its messages' ids. */
const kinds = ['work', 'fail', 'work the third time', 'undecodable'] as const;
type Kind = (typeof kinds)[number];

/** An id that no other message has, such as a uuid. */
function idOf(kind: Kind, number: number): string {
  return `0000000${kinds.indexOf(kind)}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

describe('a message that always fails', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  let side: SideChannel;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
    side = await broker.side();
  });

  for (const type of ['classic', 'quorum']) {
    it(`runs as often as its policy says, and ends where it should, with its dossier: ${type} queue`, async (t) => {
      extendLimit(t, 120_000);
      const place = newPlace(type);
      const poisoned = await start(t, place.eqks);
      await sendAll(place, ...kinds);
      await side.waitForDepth(`${place.queue}.failed`, 2 * each, 60_000);
      await until(() => poisoned.runs.get(`work the third time ${each - 1}`) === 3, { what: 'it works' });
      await untilEmpty(place);
      await poisoned.drain();
      for (const [name, runs] of [
        ['work', 1],
        ['fail', attempts],
        ['work the third time', 3],
      ] as const) {
        assert.deepEqual(
          numbers.map((number) => poisoned.runs.get(`${name} ${number}`)),
          numbers.map(() => runs),
          name,
        );
      }
      assert.equal(poisoned.runs.size, 3 * each, 'what nobody can read was run');
      const parked = await readAll(side, `${place.queue}.failed`);
      for (const message of parked) assertDossier(message, place.queue, poisoned);
      const ids = numbers.flatMap((number) => [idOf('fail', number), idOf('undecodable', number)]);
      assert.deepEqual(parked.map(({ id }) => id).sort(), ids.sort());
      t.diagnostic(
        `4 x ${each}: runs 1, ${attempts}, 3 and 0; ${parked.length} parked, each with its dossier`,
      );
    });
  }

  it('is not lost when its process is killed between two runs, and each kill adds at most one run', async (t) => {
    extendLimit(t, 240_000);
    const chance = Chance.for(t);
    const [kills, place] = [sized(10, 3), newPlace('classic')];
    const notes = Notebook.for(t);
    await side.onChannel((channel) => channel.assertQueue(place.queue));
    await sendAll(place, 'fail');
    for (let kill = 0; kill < kills; kill++) {
      const worker = await work(t, place, notes);
      await until(() => notes.lines.length >= ((kill + 1) * each * attempts) / (kills + 2), {
        what: 'it runs',
        limitMs: 30_000,
      });
      await sleep(chance.between(0, 200));
      worker.signal('SIGKILL');
      await worker.ended;
    }
    await work(t, place, notes);
    const failed = `${place.queue}.failed`;
    await until(async () => ((await side.look(failed))?.messages ?? 0) >= each, {
      what: 'all are parked',
      limitMs: 60_000,
    });
    await untilEmpty(place);
    const parked = await readAll(side, failed);
    const runs = numbers.map((number) => notes.lines.filter((note) => Number(note) === number).length);
    const more = runs.map((count) => count - attempts).filter((extra) => extra > 0);
    t.diagnostic(
      `${kills} kills; ${each} messages ran ${attempts} times, ${more.length} of them up to ${Math.max(0, ...more)} times more; ${parked.length} parked`,
    );
    assert.deepEqual(
      new Set(parked.map(({ id }) => id)),
      new Set(numbers.map((number) => idOf('fail', number))),
    );
    assert.ok(Math.min(...runs) >= attempts, 'it was given up too early');
    assert.ok(Math.max(...more, 0) <= kills, 'a kill has added more than one run');
  });

  it('is not lost when the connection is cut between the parking and the ack', async (t) => {
    extendLimit(t, 120_000);
    const place = newPlace('classic');
    const tap = new MethodTap(broker.proxy);
    const poisoned = await start(t, place.eqks, { url: broker.url });
    const cuts = sized(20, 5);
    let done = 0;
    tap.onMethod = ({ name, from }) => {
      if (name !== 'basic.ack' || from !== 'client' || done >= cuts) return;
      done++;
      broker.proxy.cut();
    };
    await sendAll(place, 'undecodable');
    const failed = `${place.queue}.failed`;
    await until(async () => done === cuts && ((await side.look(failed))?.messages ?? 0) >= each, {
      what: 'all are parked',
      limitMs: 60_000,
    });
    await untilEmpty(place);
    await poisoned.drain();
    const parked = await readAll(side, failed);
    const ids = new Set(parked.map(({ id }) => id));
    t.diagnostic(
      `${done} cuts before the ack; ${ids.size} of ${each} parked, ${parked.length - ids.size} times once more`,
    );
    assert.deepEqual(ids, new Set(numbers.map((number) => idOf('undecodable', number))));
  });

  interface PoisonPlace {
    readonly eqks: Eqks;
    readonly exchangeName: string;
    readonly queue: string;
  }

  function newPlace(type: string): PoisonPlace {
    const [exchangeName, queue] = [uniqueName('exchange'), uniqueName('queue')];
    class Poison extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    const flags = type === 'quorum' ? { arguments: { 'x-queue-type': type } } : {};
    return { eqks: [[Poison, [[{ name: queue, flags }, 'key']]]], exchangeName, queue };
  }

  async function start(t: TestContext, eqks: Eqks, options = { url: broker.node.url }): Promise<Poisoned> {
    const poisoned = new Poisoned({ logger: silentLogger, eqks, ...options });
    t.after(() => poisoned.close());
    return await poisoned.start();
  }

  async function work(
    t: TestContext,
    { exchangeName, queue }: PoisonPlace,
    notes: Notebook,
  ): Promise<Program> {
    const args = [exchangeName, queue, notes.path];
    const env = { WAYBILL_URL: broker.node.url };
    const worker = Program.run('test/faults/programs/poisoned-worker.ts', { args, env });
    t.after(() => worker.close());
    await worker.waitForLine('works', 30_000);
    return worker;
  }

  async function untilEmpty({ queue }: PoisonPlace): Promise<void> {
    const what = 'nothing is left, and nothing is under way';
    await until(async () => (await broker.messagesIn(queue)) === 0, { what, limitMs: 30_000 });
  }

  async function sendAll({ queue }: PoisonPlace, ...kinds: readonly Kind[]): Promise<void> {
    await side.onChannel(async (channel) => {
      for (const number of numbers) {
        for (const kind of kinds) {
          const body = kind === 'undecodable' ? `{${number}` : JSON.stringify(command(kind, number));
          channel.sendToQueue(queue, Buffer.from(body), { messageId: idOf(kind, number), persistent: true });
        }
      }
      await channel.waitForConfirms();
    });
  }
});

function assertDossier({ id, headers }: Arrival, queue: string, { fingerprint }: Poisoned): void {
  const { stack, failedAt, message, handler, causes, ...dossier } = headers['x-waybill-dossier'] as Record<
    string,
    unknown
  >;
  const failed = kinds[Number(String(id)[7])] === 'fail';
  const runs = failed ? attempts : 1;
  const what = failed
    ? { error: 'RangeError' }
    : { error: 'MalformedMessageError', code: 'MALFORMED_MESSAGE' };
  assert.deepEqual(dossier, { ...what, attempts: runs, queue, component: { ...fingerprint } });
  if (failed) assert.match(String(message), new RegExp(`^run ${attempts} of \\d+$`));
  assert.match(String(stack), failed ? /poison\.test/ : /./);
  assert.equal(typeof handler, failed ? 'string' : 'undefined');
  assert.match(String(causes), failed ? /^undefined$/ : /^SyntaxError: /);
  assert.ok(Math.abs(Date.parse(String(failedAt)) - Date.now()) < 120_000);
  assert.equal(headers['x-waybill-failures'], runs);
  assert.deepEqual(headers['x-waybill-origin'], { exchange: '', routing_key: queue, queue });
}
