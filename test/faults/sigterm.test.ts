import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import type { SideChannel } from '../support/side-channel.js';
import { command } from '../support/stage/envelopes.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { readAll } from './arrivals.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { Notebook } from './notebook.js';
import { sized } from './sizes.js';

const runs = sized(50, 4);

/** How long the slowest handler works, and how much longer its process may take to be gone. */
const [slowestMs, moreMs] = [200, 500];

describe('SIGTERM', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  let side: SideChannel;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
    side = await broker.side();
  });

  it('at any moment under load: no message is lost, none runs twice, none begins afterwards, and the process ends in time', async (t) => {
    extendLimit(t, 600_000);
    const chance = Chance.for(t);
    const [place, notes] = [await newPlace(), Notebook.for(t)];
    const load = new Load(side, place, chance);
    const sending = load.run();
    t.after(() => load.stop());
    for (let run = 0; run < runs; run++) {
      const worker = await work(t, place, notes, { done: place.done });
      await sleep(chance.between(0, 400));
      worker.signal('SIGTERM');
      assert.deepEqual(await worker.waitForEnd(), { code: 0, signal: null }, worker.stderr);
      assert.equal(worker.stderr, '');
    }
    load.stop();
    const sent = await sending;
    const story = new Story(notes.lines);
    const left = (await readAll(side, place.queue)).map(({ parameters }) => Number(parameters['number']));
    const told = (await readAll(side, place.done)).map(({ parameters }) => Number(parameters['number']));
    t.diagnostic(
      `${runs} runs: ${story.ended.length} of ${sent} done, ${left.length} left; gone after ${Math.max(...story.goneAfterMs)} ms at most`,
    );
    assert.deepEqual(story.begunAfterTold, []);
    assert.deepEqual(story.begun, story.ended, 'a handler did not end');
    assert.deepEqual(
      sorted([...story.ended, ...left]),
      Array.from({ length: sent }, (_, number) => number),
    );
    assert.deepEqual(sorted(told), sorted(story.ended));
    assert.equal(story.goneAfterMs.length, runs);
    assert.ok(Math.max(...story.goneAfterMs) <= slowestMs + moreMs);
  });

  describe('while the broker takes no messages', () => {
    it('acks the messages that run all the same', async (t) => {
      const [place, notes] = [await newPlace(), Notebook.for(t)];
      await fill(place, 500, 20);
      const worker = await work(t, place, notes);
      await alarm(t);
      await end(worker, 0);
      const story = new Story(notes.lines);
      assert.deepEqual([story.begunAfterTold, story.begun], [[], story.ended]);
      assert.ok(Math.max(...story.goneAfterMs) <= slowestMs + moreMs);
      assert.equal(await broker.messagesIn(place.queue), 500 - story.ended.length);
    });

    it('says what could not be finished, and gives it back', async (t) => {
      const [place, notes] = [await newPlace(), Notebook.for(t)];
      await fill(place, 20, 0);
      await alarm(t);
      const worker = await work(t, place, notes, { done: place.done, env: { DRAIN_MS: '1000' } });
      await until(() => new Story(notes.lines).begun.length === 8, { what: 'eight have begun' });
      await end(worker, 1);
      assert.match(worker.stderr, /DrainingWorker: 8 messages were not finished in 900 ms/);
      const story = new Story(notes.lines);
      assert.deepEqual([story.begun.length, story.ended.length, story.begunAfterTold], [8, 0, []]);
      assert.equal(await broker.messagesIn(place.queue), 20);
      t.diagnostic(`gone after ${story.goneAfterMs} ms`);
    });
  });

  for (const [how, fail] of [
    ['is gone', () => broker.node.kill()],
    ['says nothing', async () => broker.node.pause()],
  ] as const) {
    it(`while the broker ${how}: running handlers end, and so does the process`, async (t) => {
      const [place, notes] = [await newPlace(), Notebook.for(t)];
      await fill(place, 500, 20);
      const worker = await work(t, place, notes);
      await fail();
      t.after(async () => {
        if (how === 'is gone') await broker.node.start();
        else broker.node.resume();
        side = await broker.side();
      });
      await end(worker, 0);
      const story = new Story(notes.lines);
      assert.deepEqual([story.begunAfterTold, story.begun], [[], story.ended]);
      t.diagnostic(`gone after ${story.goneAfterMs} ms`);
      // Two connections are each asked to close, and given up.
      assert.ok(Math.max(...story.goneAfterMs) <= 10_000);
    });
  }

  interface LoadedPlace {
    readonly exchangeName: string;
    readonly queue: string;
    readonly done: string;
  }

  async function newPlace(): Promise<LoadedPlace> {
    const [exchangeName, queue, done] = [uniqueName('exchange'), uniqueName('queue'), uniqueName('done')];
    await side.onChannel(async (channel) => {
      await channel.assertExchange(exchangeName, 'direct');
      for (const name of [queue, done]) {
        await channel.assertQueue(name);
        await channel.bindQueue(name, exchangeName, name);
      }
    });
    return { exchangeName, queue, done };
  }

  async function fill({ queue }: LoadedPlace, count: number, restMs: number): Promise<void> {
    await side.onChannel(async (channel) => {
      for (let number = 0; number < count; number++)
        channel.sendToQueue(queue, bodyOf(number, restMs), { persistent: true });
      await channel.waitForConfirms();
    });
  }

  async function work(
    t: TestContext,
    place: LoadedPlace,
    notes: Notebook,
    { done, env: more }: { readonly done?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Program> {
    const args = [place.exchangeName, place.queue, notes.path, ...(done === undefined ? [] : [done])];
    const env = { WAYBILL_URL: broker.node.url, ...more };
    const worker = Program.run('test/faults/programs/draining-worker.ts', { args, env });
    t.after(() => worker.close());
    await worker.waitForLine('works', 30_000);
    return worker;
  }

  async function end(worker: Program, code: number): Promise<void> {
    worker.signal('SIGTERM');
    assert.deepEqual(await worker.waitForEnd(30_000), { code, signal: null }, worker.stderr);
  }

  /** Makes the broker block whoever publishes, until the test is over. */
  async function alarm(t: TestContext): Promise<void> {
    const setLimit = async (limit: string): Promise<void> =>
      void (await broker.node.ctl('rabbitmqctl', ['-q', 'set_vm_memory_high_watermark', limit]));
    t.after(() => setLimit('0.4'));
    await setLimit('0.0001');
  }
});

/** Sends a thousand messages a second, numbered, until it is told to stop. */
class Load {
  readonly #side: SideChannel;
  readonly #queue: string;
  readonly #chance: Chance;
  #stopped = false;

  constructor(side: SideChannel, { queue }: { readonly queue: string }, chance: Chance) {
    this.#side = side;
    this.#queue = queue;
    this.#chance = chance;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves with how many it has sent, all of them confirmed. */
  async run(): Promise<number> {
    return await this.#side.onChannel(async (channel) => {
      let sent = 0;
      while (!this.#stopped) {
        for (let each = 0; each < 10; each++)
          channel.sendToQueue(this.#queue, bodyOf(sent++, this.#restMs()), { persistent: true });
        await Promise.all([channel.waitForConfirms(), sleep(10)]);
      }
      return sent;
    });
  }

  #restMs(): number {
    return this.#chance.next() < 0.02 ? slowestMs : this.#chance.between(0, 10);
  }
}

function bodyOf(number: number, restMs: number): Buffer {
  return Buffer.from(JSON.stringify(command('work', { number, restMs })));
}

/** What the workers have written down, one process after the other. */
class Story {
  readonly begun: readonly number[];
  readonly ended: readonly number[];
  readonly goneAfterMs: readonly number[];
  readonly begunAfterTold: readonly string[];

  constructor(lines: readonly string[]) {
    const told = new Set<string>();
    this.begunAfterTold = lines.filter((line) => {
      const [pid = '', what] = line.split(' ');
      if (what === 'told') told.add(pid);
      return what === 'begin' && told.has(pid);
    });
    const numbersOf = (wanted: string): number[] =>
      lines.flatMap((line) => (line.split(' ')[1] === wanted ? [Number(line.split(' ')[2])] : []));
    this.begun = sorted(numbersOf('begin'));
    this.ended = sorted(numbersOf('end'));
    this.goneAfterMs = numbersOf('gone');
  }
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
