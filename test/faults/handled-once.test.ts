// Messages that are handled once, and what they tell on by an outbox, while processes, databases and the broker are killed.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { Exchange, GenericProducer, MessageCommand, silentLogger } from 'waybill';
import { type Owner, suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import { postgresSkip, startPostgres } from '../support/databases/effect-stores.js';
import { type NumberStore, openStore } from '../support/databases/open-store.js';
import { sqliteFile } from '../support/databases/sqlite.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { Crew } from './crew.js';
import { type Fault, FaultPlan } from './fault-plan.js';
import { sized } from './sizes.js';

const total = sized(10_000, 300);
const kills = sized(50, 4);
const databaseKills = sized(5, 1);
const crashes = sized(2, 1);
/** One of so many is sent twice. */
const twiceEach = 10;
const width = 200;
const limitMs = sized(3_600_000, 300_000);

const station = 'test/faults/programs/once-station.ts';
const relay = 'test/faults/programs/once-relay.ts';

/** A database that can be killed. */
interface Database {
  readonly where: string;
  readonly killing: Fault;
}

const kinds = [
  { title: 'PostgreSQL', skip: postgresSkip, start: onPostgres },
  { title: 'SQLite', skip: false as const, start: onSqlite },
];

describe('messages that are handled once', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  for (const { title, skip, start } of kinds) {
    it(`have their effect once on ${title}, whatever dies`, { skip }, async (t) => {
      extendLimit(t, limitMs);
      const run = await Run.begin(t, broker, start);
      const queue = uniqueName('once');
      await using crew = new Crew(broker.node.url);
      await Promise.all([1, 2].map(() => crew.start(station, [run.database.where, queue, 'effects'])));
      await broker.node.sync();
      const sending = run.send(queue);
      await run.follow('effects', crew);
      await sending;
      await run.settled(queue);
      await crew.drain();
      await run.assertOnce('effects');
    });

    it(`tell on by an outbox on ${title} what arrives once, whatever dies`, { skip }, async (t) => {
      extendLimit(t, limitMs);
      const run = await Run.begin(t, broker, start);
      const [queue, next] = [uniqueName('once'), uniqueName('told')];
      await using crew = new Crew(broker.node.url);
      const { where } = run.database;
      // The last one first: there must be somebody who listens.
      await crew.start(station, [where, next, 'heard']);
      await Promise.all([crew.start(relay, [where]), crew.start(relay, [where])]);
      await crew.start(station, [where, queue, 'effects', next]);
      await broker.node.sync();
      const sending = run.send(queue);
      await run.follow('heard', crew);
      await sending;
      await run.settled(queue);
      await run.settled(next);
      await crew.drain();
      await run.assertOnce('effects');
      await run.assertOnce('heard');
    });
  }
});

/** One run: what is sent, what goes wrong meanwhile, and what has come of it. */
class Run {
  readonly database: Database;
  readonly #t: TestContext;
  readonly #broker: BrokerUnderFaults;
  readonly #numbers: NumberStore;
  #sent = 0;

  private constructor(t: TestContext, broker: BrokerUnderFaults, database: Database, numbers: NumberStore) {
    this.#t = t;
    this.#broker = broker;
    this.database = database;
    this.#numbers = numbers;
  }

  static async begin(
    t: TestContext,
    broker: BrokerUnderFaults,
    start: (owner: Owner) => Promise<Database>,
  ): Promise<Run> {
    const database = await start(t);
    const numbers = openStore(database.where);
    t.after(() => numbers[Symbol.asyncDispose]());
    await numbers.make(['effects', 'heard']);
    return new Run(t, broker, database, numbers);
  }

  /** Sends all numbers, some of them twice with one id, many at once. */
  async send(queue: string): Promise<void> {
    const sender = await GenericProducer.connect({ url: this.#broker.node.url, logger: silentLogger });
    this.#t.after(() => sender.close());
    const rest = Array.from({ length: total }, (_, number) => number).values();
    const sendOne = async (number: number): Promise<void> => {
      const messageId = `${queue}-${number}`;
      const view = sender.with({ eks: [[Exchange, queue]], messageId, timeoutMs: 300_000 });
      for (let time = 0; time < (number % twiceEach === 0 ? 2 : 1); time++) {
        await view.send(new MessageCommand('note', number));
        this.#sent++;
      }
    };
    const lane = async (): Promise<void> => {
      for (const number of rest) await sendOne(number);
    };
    await Promise.all(Array.from({ length: width }, lane));
  }

  /** Has all go wrong that is planned, while a table fills; ends when it is full. */
  async follow(table: string, crew: Crew): Promise<void> {
    const begun = performance.now();
    const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);
    const plan = new FaultPlan(Chance.for(this.#t), total, [
      ...times(kills, crew.killing),
      ...times(databaseKills, this.database.killing),
      ...times(crashes, this.#broker.crash),
    ]);
    let count = 0;
    await until(
      async () => {
        count = await this.#numbers.count(table).catch(() => count);
        plan.progressed(count);
        return plan.hasFailed || count >= total;
      },
      { what: `${table} is full`, limitMs, everyMs: 20 },
    );
    await plan.finished();
    const seconds = Math.round((performance.now() - begun) / 1_000);
    this.#t.diagnostic(
      `${plan.summary}; ${count} of ${total} in '${table}' after ${seconds} s, ${this.#sent} sent`,
    );
  }

  /** Resolves when a queue is empty, and nothing of it is parked. */
  async settled(queue: string): Promise<void> {
    await until(async () => (await this.#broker.messagesIn(queue)) === 0, {
      what: `${queue} is empty`,
      limitMs: 120_000,
      everyMs: 500,
    });
    const side = await this.#broker.side();
    assert.equal((await side.look(`${queue}.failed`))?.messages ?? 0, 0);
  }

  async assertOnce(table: string): Promise<void> {
    const numbers = await this.#numbers.numbers(table);
    assert.deepEqual(
      numbers,
      Array.from({ length: total }, (_, number) => number),
    );
  }
}

async function onPostgres(owner: Owner): Promise<Database> {
  const node = await startPostgres(owner);
  const strike = async (): Promise<void> => {
    await node.kill();
    await node.start();
  };
  return { where: node.url, killing: { name: 'database killed', strike } };
}

/** SQLite runs in its users: what can be killed beside them is another one of them, in the middle of a transaction. */
async function onSqlite(owner: Owner): Promise<Database> {
  const where = sqliteFile({ after: (work) => owner.after(async () => work()) });
  const strike = async (): Promise<void> => {
    await using writer = Program.run('test/faults/programs/sqlite-writer.ts', { args: [where, 'effects'] });
    await writer.waitForLine('works');
  };
  return { where, killing: { name: 'writer killed', strike } };
}
