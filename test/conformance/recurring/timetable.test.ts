// Work that recurs: each tick in one of many processes, or told as missed.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  ConfigurationError,
  isWaybillError,
  type Missed,
  type Tick,
  Timetable,
  type TimetableOptions,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { extendLimit } from '../../support/test-limit.js';
import { until } from '../../support/until.js';

const minute = 60_000;

/** A clock that stands still until it is moved. */
class HandClock {
  #now = Date.UTC(2026, 10, 27, 12, 0, 30);
  readonly #waiting = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  async rest(ms: number, signal: AbortSignal): Promise<void> {
    const due = this.#now + ms;
    while (this.#now < due && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** What all processes of one timetable have run, and told as missed. */
class Ledger {
  readonly ran: number[] = [];
  readonly missed: Missed[] = [];

  readonly run = ({ at }: Tick): void => void this.ran.push(at.getTime());
  readonly onMissed = (missed: Missed): void => void this.missed.push(missed);

  /** How often a tick was run, and how often it was told as missed. */
  fateOf(tick: number): { readonly ran: number; readonly missed: number } {
    const missed = this.missed.filter(({ from, to }) => from.getTime() <= tick && tick <= to.getTime());
    return { ran: this.ran.filter((each) => each === tick).length, missed: missed.length };
  }
}

describe('a timetable', () => {
  const stage = useStage();

  const open = async (
    t: TestContext,
    clock: HandClock,
    options: TimetableOptions,
    run: (tick: Tick) => unknown,
  ): Promise<Timetable> => {
    const timetable = new Timetable(
      { url: stage.url, logger: recordingLog(), ownConnections: true, ...options },
      clock,
    );
    timetable.every('report', { everyMs: minute }, run);
    t.after(() => timetable.close());
    return await timetable.start();
  };

  const entryOf = async (timetable: Timetable) => (await timetable.health()).recurring[0];
  const isHere = async (timetable: Timetable) => (await entryOf(timetable))?.nextAt !== undefined;

  it('of twenty processes runs each tick of an hour once, or tells of it, while those that run it are killed', async (t) => {
    extendLimit(t, 240_000);
    const [clock, ledger, name] = [new HandClock(), new Ledger(), uniqueName('shop')];
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const proxy = await TcpProxy.forUrl(stage.url);
        t.after(() => proxy.close());
        const options = { url: proxy.urlFor(stage.url), name, onMissed: ledger.onMissed };
        return { proxy, timetable: await open(t, clock, options, ledger.run) };
      }),
    );
    const alive = new Set(all);
    const leader = async () => {
      for (const each of alive) if (await isHere(each.timetable)) return each;
      return undefined;
    };
    await until(leader, { what: 'one of them has it' });
    const begun = Math.ceil(clock.now() / minute) * minute;
    for (let at = 0; at < 60; at++) {
      const tick = begun + at * minute;
      clock.advance(tick + 100 - clock.now());
      const isSettled = (): boolean => ledger.fateOf(tick).ran + ledger.fateOf(tick).missed > 0;
      if (at % 6 === 5) {
        const killed = await leader();
        if (killed) {
          alive.delete(killed);
          // As where a process dies: nothing of it is heard any more.
          await killed.proxy.close();
        }
      }
      await until(isSettled, { what: `tick ${at} is run or told`, limitMs: 60_000 });
    }
    for (let at = 0; at < 60; at++) {
      const { ran, missed } = ledger.fateOf(begun + at * minute);
      assert.ok(
        ran === 1 || (ran === 0 && missed === 1),
        `tick ${at}: run ${ran} times, told ${missed} times`,
      );
    }
    t.diagnostic(
      `${ledger.ran.length} run, ${ledger.missed.length} told as missed, ${20 - alive.size} killed`,
    );
    assert.ok(ledger.ran.length >= 50, `${ledger.ran.length} of 60`);
  });

  for (const catchUpMs of [minute, 20 * minute])
    it(`runs the last tick that nobody was there for, and tells of the others: up to ${catchUpMs} ms late`, async (t) => {
      const [clock, ledger, name] = [new HandClock(), new Ledger(), uniqueName('shop')];
      const first = await open(t, clock, { name }, ledger.run);
      await until(() => isHere(first), { what: 'it has it' });
      await first.close();
      const missed = Math.ceil(clock.now() / minute) * minute;
      clock.advance(10 * minute);
      await open(t, clock, { name, catchUpMs, onMissed: ledger.onMissed }, ledger.run);
      const late = missed + 9 * minute;
      await until(() => ledger.ran.includes(late), { what: 'the last one is run, thirty seconds late' });
      assert.deepEqual(ledger.ran, [late]);
      assert.deepEqual(ledger.missed, [
        {
          name: `${name}.report`,
          why: 'nobody',
          count: 9,
          from: new Date(missed),
          to: new Date(late - minute),
        },
      ]);
    });

  it('leaves out ticks while the run before lasts, and tells of them', async (t) => {
    const [clock, ledger, name, gate] = [new HandClock(), new Ledger(), uniqueName('shop'), new Gate()];
    t.after(() => gate.open());
    const timetable = await open(t, clock, { name, onMissed: ledger.onMissed }, async (tick) => {
      ledger.run(tick);
      await gate.opened;
    });
    await until(() => isHere(timetable), { what: 'it has it' });
    const first = Math.ceil(clock.now() / minute) * minute;
    clock.advance(minute);
    await until(() => ledger.ran.length === 1, { what: 'it runs' });
    assert.equal((await entryOf(timetable))?.isRunning, true);
    clock.advance(2 * minute);
    gate.open();
    await until(() => ledger.missed.length === 1, { what: 'what was left out is told' });
    assert.deepEqual([ledger.missed[0]?.why, ledger.missed[0]?.count], ['busy', 2]);
    clock.advance(minute);
    await until(() => ledger.ran.length === 2, { what: 'it goes on' });
    assert.deepEqual(ledger.ran, [first, first + 3 * minute]);
  });

  it('goes on after a run that has failed, and logs why', async (t) => {
    const [clock, log] = [new HandClock(), recordingLog()];
    let runs = 0;
    const timetable = await open(t, clock, { name: uniqueName('shop'), logger: log }, () => {
      runs++;
      throw new RangeError('no paper');
    });
    await until(() => isHere(timetable), { what: 'it has it' });
    for (const wanted of [1, 2]) {
      clock.advance(minute);
      await until(() => runs === wanted, { what: `run ${wanted}` });
      await until(() => log.errors.length === wanted, { what: 'it is told' });
    }
    assert.match(String(log.errors[0]), /no paper/);
  });

  it('tells who had begun what was interrupted, and goes on', async (t) => {
    const name = uniqueName('shop');
    const program = Program.run('test/conformance/recurring/programs/hangs.ts', { args: [stage.url, name] });
    t.after(() => program.close());
    await program.waitForLine('begun');
    const ledger = new Ledger();
    const second = new Timetable({ url: stage.url, name, logger: recordingLog(), onMissed: ledger.onMissed });
    second.every('hang', { everyMs: 1_000 }, ledger.run);
    t.after(() => second.close());
    await second.start();
    program.signal('SIGKILL');
    await until(() => ledger.missed.length > 0 && ledger.ran.length > 1, {
      what: 'it goes on',
      limitMs: 30_000,
    });
    assert.equal(ledger.missed[0]?.why, 'interrupted');
  });

  it('runs no tick twice when the process that was frozen goes on', async (t) => {
    const [name, ledger] = [uniqueName('shop'), new Ledger()];
    const program = Program.run('test/conformance/recurring/programs/counts.ts', { args: [stage.url, name] });
    t.after(() => program.close());
    await program.waitForLine(/ran/);
    const second = new Timetable({ url: stage.url, name, logger: recordingLog(), ownConnections: true });
    second.every('tick', { everyMs: 1_000 }, ledger.run);
    t.after(() => second.close());
    await second.start();
    program.signal('SIGSTOP');
    await until(() => ledger.ran.length > 1, { what: 'the other one runs it', limitMs: 60_000 });
    program.signal('SIGCONT');
    const before = ledger.ran.length;
    await until(() => ledger.ran.length > before + 4, { what: 'it goes on there', limitMs: 30_000 });
    const theirs = program.stdout.match(/ran \d+/g) ?? [];
    const twice = theirs.map((line) => Number(line.slice(4))).filter((tick) => ledger.ran.includes(tick));
    assert.ok(theirs.length > 0);
    assert.deepEqual(twice, []);
  });

  it('runs nothing that it could not write down first', async (t) => {
    const [clock, ledger, name] = [new HandClock(), new Ledger(), uniqueName('shop')];
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const first = await open(
      t,
      clock,
      { url: proxy.urlFor(stage.url), name, heartbeatSeconds: 1 },
      ledger.run,
    );
    await until(() => isHere(first), { what: 'it has it' });
    const second = await open(t, clock, { name }, ledger.run);
    // It holds the token as far as it knows, and the broker gives it to the other one when it hears nothing any more.
    proxy.stall();
    clock.advance(minute);
    await until(() => isHere(second), { what: 'the other one has it', limitMs: 60_000 });
    await until(async () => !(await isHere(first)), { what: 'it has noticed', limitMs: 60_000 });
    await until(() => ledger.ran.length > 0, { what: 'it is run' });
    clock.advance(minute);
    await until(() => new Set(ledger.ran).size === 2, { what: 'the next one is run' });
    assert.equal(ledger.ran.length, 2);
  });

  it('ends when it is told to stop while it waits for its broker, and a start that failed may be tried again', async (t) => {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const waiting = new Timetable({
      url: 'amqp://127.0.0.1:1',
      logger: recordingLog(),
      firstConnect: { attempts: 1_000, delayMs: 100 },
    });
    waiting.every('tick', { everyMs: 1_000 }, () => {});
    const starting = waiting.start();
    waiting.stop();
    await assert.rejects(starting, (thrown) => isWaybillError(thrown, 'CLOSED'));
    await waiting.close();

    const again = new Timetable({
      url: proxy.urlFor(stage.url),
      name: uniqueName('shop'),
      logger: recordingLog(),
    });
    t.after(() => again.close());
    again.every('tick', { everyMs: 1_000 }, () => {});
    proxy.refuse();
    await assert.rejects(again.start(), (thrown) => isWaybillError(thrown, 'CONNECT_FAILED'));
    await proxy.pass();
    await Promise.all([again.start(), again.start()]);
    assert.equal((await again.health()).ok, true);
  });

  it('is harmed by nothing that is given to it: a generator, and a listener whose promise rejects', async (t) => {
    const [clock, log, name] = [new HandClock(), recordingLog(), uniqueName('shop')];
    const timetable = new Timetable({ url: stage.url });
    assert.throws(() => timetable.every('a', { everyMs: 1_000 }, async function* () {}), ConfigurationError);
    const onMissed = (async () => Promise.reject(new Error('of a listener'))) as () => void;
    const first = await open(t, clock, { name, logger: log, onMissed }, () => ({
      next: () => {},
      throw: () => {},
      return: () => {},
    }));
    await until(() => isHere(first), { what: 'it has it' });
    clock.advance(minute);
    await until(() => log.errors.some((line) => line.includes('generator')), { what: 'it is told' });
    clock.advance(10 * minute);
    await until(() => log.errors.some((line) => line.includes('of a listener')), { what: 'that, too' });
  });

  it('hands over when it stops, and waits for what runs', async (t) => {
    const [clock, ledger, name, gate] = [new HandClock(), new Ledger(), uniqueName('shop'), new Gate()];
    t.after(() => gate.open());
    const first = await open(t, clock, { name, onMissed: ledger.onMissed }, async (tick) => {
      ledger.run(tick);
      await gate.opened;
    });
    await until(() => isHere(first), { what: 'it has it' });
    const second = await open(t, clock, { name, onMissed: ledger.onMissed }, ledger.run);
    clock.advance(minute);
    await until(() => ledger.ran.length === 1, { what: 'it runs' });
    const drained = first.drain({ timeoutMs: 30_000 });
    gate.open();
    await drained;
    await until(() => isHere(second), { what: 'the other one has it' });
    clock.advance(minute);
    await until(() => ledger.ran.length === 2, { what: 'the other one runs it' });
    assert.deepEqual(ledger.missed, []);
  });

  it('that is to end before what runs has ended says so, and its signal tells', async (t) => {
    const clock = new HandClock();
    const signals: AbortSignal[] = [];
    const timetable = await open(t, clock, { name: uniqueName('shop') }, async ({ signal }) => {
      signals.push(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await until(() => isHere(timetable), { what: 'it has it' });
    clock.advance(minute);
    await until(() => signals.length === 1, { what: 'it runs' });
    await assert.rejects(timetable.drain({ timeoutMs: 10 }), (thrown) =>
      isWaybillError(thrown, 'DRAIN_INCOMPLETE'),
    );
    assert.equal(signals[0]?.aborted, true);
  });

  it('goes on when its queue was deleted, from where it was', async (t) => {
    const [clock, ledger, name] = [new HandClock(), new Ledger(), uniqueName('shop')];
    const timetable = await open(t, clock, { name }, ledger.run);
    await until(() => isHere(timetable), { what: 'it has it' });
    clock.advance(minute);
    await until(() => ledger.ran.length === 1, { what: 'it runs' });
    await stage.side.onChannel((channel) => channel.deleteQueue(`waybill.recurring.${name}.report`));
    clock.advance(minute);
    await until(() => ledger.ran.length === 2, { what: 'it runs again', limitMs: 60_000 });
    assert.equal((ledger.ran[1] ?? 0) - (ledger.ran[0] ?? 0), minute);
  });

  it('believes no token that nobody could have written', async (t) => {
    const [clock, ledger, name] = [new HandClock(), new Ledger(), uniqueName('shop')];
    const timetable = await open(t, clock, { name }, ledger.run);
    await until(() => isHere(timetable), { what: 'it has it' });
    const queue = `waybill.recurring.${name}.report`;
    const odd = [
      '',
      'null',
      '[]',
      '{"number":1e300}',
      `{"number":9e15,"last":${Date.UTC(2090, 1)}}`,
      '{"number":-1}',
    ];
    await stage.side.onChannel(async (channel) => {
      for (const each of odd) channel.sendToQueue(queue, Buffer.from(each));
      await channel.checkQueue(queue);
    });
    clock.advance(minute);
    await until(() => ledger.ran.length === 1, { what: 'it runs' });
  });

  it('refuses what is no time, no name or no function, and what comes too late', async (t) => {
    const timetable = new Timetable({ url: stage.url });
    t.after(() => timetable.close());
    const run = (): void => {};
    for (const everyMs of [0, -1, 999, Number.NaN])
      assert.throws(() => timetable.every('a', { everyMs }, run), ConfigurationError);
    for (const cron of ['', 'never', '61 * * * *'])
      assert.throws(() => timetable.every('a', { cron }, run), ConfigurationError);
    assert.throws(() => timetable.every('a', { cron: '* * * * *', timeZone: 'Atlantis' }, run), /Atlantis/);
    assert.throws(() => timetable.every('a b', { everyMs: 1_000 }, run), ConfigurationError);
    assert.throws(() => timetable.every('a', { everyMs: 1_000 }, 4 as never), ConfigurationError);
    timetable.every('a', { everyMs: 1_000 }, run);
    assert.throws(() => timetable.every('a', { everyMs: 1_000 }, run), /twice/);
    assert.throws(() => new Timetable({ name: '' }), ConfigurationError);
    assert.throws(() => new Timetable({ catchUpMs: -1 }), ConfigurationError);
    await timetable.start();
    assert.throws(() => timetable.every('b', { everyMs: 1_000 }, run), /before that/);
  });
});
