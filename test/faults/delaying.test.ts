// Late messages while the broker is killed, and those who send them on, and somebody deletes what they need.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import {
  type Content,
  Exchange,
  GenericProducer,
  isWaybillError,
  MessageCommand,
  MessageProcessor,
  silentLogger,
} from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { type Fault, FaultPlan } from './fault-plan.js';
import { sized } from './sizes.js';

const total = sized(100_000, 2_000);
const longestSeconds = sized(120, 15);
/** How many are published at once. */
const width = 500;
/** One of so many goes where nobody is. */
const lostEach = 200;

/** Notes how long after its time each message has come. */
class Arrivals extends MessageProcessor {
  static override readonly concurrency = 200;
  static override readonly prefetch = 1_000;
  readonly due = new Map<number, number>();
  /** In milliseconds after the time that was asked for, of each that has come. */
  readonly lateness = new Map<number, number>();
  again = 0;
  onArrival: (arrived: number) => void = () => {};

  note(number: number): void {
    if (this.lateness.has(number)) this.again++;
    else this.lateness.set(number, performance.now() - (this.due.get(number) ?? Number.POSITIVE_INFINITY));
    this.onArrival(this.lateness.size);
  }
}
Arrivals.handle('command', 'late', function ({ parameters }: Content<number>) {
  this.note(parameters);
});

class Sender extends GenericProducer {
  static override readonly forwards = false;
}

describe('late messages', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  it('all come, none early, whatever dies and is deleted; those for nobody are parked', async (t) => {
    extendLimit(t, 900_000);
    const chance = Chance.for(t);
    const queue = uniqueName('late');
    const forwarders = await Forwarders.start(t, broker.url);
    const arrivals = await takeFrom(t, queue);
    const sender = await Sender.connect({ url: broker.url, logger: silentLogger });
    t.after(() => sender.close());
    const numbers = Array.from({ length: total }, (_, number) => number);
    const good = numbers.filter((number) => number % lostEach !== 0);
    const plan = new FaultPlan(chance, good.length, [
      ...Array.from({ length: sized(3, 1) }, () => broker.crash),
      ...Array.from({ length: sized(3, 1) }, () => forwarders.killing),
    ]);
    arrivals.onArrival = (arrived) => plan.progressed(arrived);

    // A level is there no more when the first ones need it: nobody's messages are in it yet.
    await sender.with({ eks: [[Exchange, queue]], delayMs: longestSeconds * 1_000 }).command('other');
    await broker.node.sync();
    const side = await broker.side();
    await side.onChannel((channel) => channel.deleteQueue('waybill.delay.02'));

    const send = async (number: number): Promise<void> => {
      const delayMs = chance.between(1, longestSeconds * 1_000);
      arrivals.due.set(number, performance.now() + delayMs);
      const to = number % lostEach === 0 ? 'nowhere' : queue;
      const settings = { eks: [[Exchange, to]] as const, delayMs, timeoutMs: 120_000 };
      await sender
        .with(settings)
        .send(new MessageCommand('late', number))
        .catch((error) => {
          // Its time was over before it left: then it is sent straight.
          if (to === queue || !isWaybillError(error, 'UNROUTABLE')) throw error;
          refused++;
        });
    };
    let refused = 0;
    const begun = performance.now();
    const rest = numbers.values();
    const lane = async (): Promise<void> => {
      for (const number of rest) await send(number);
    };
    await Promise.all(Array.from({ length: width }, lane));
    const sentMs = performance.now() - begun;

    const what = (): string => `${arrivals.lateness.size} of ${good.length} have come`;
    await until(() => plan.hasFailed || arrivals.lateness.size >= good.length, {
      what: what(),
      limitMs: 600_000,
      everyMs: 200,
    });
    await plan.finished();
    const parked = (): Promise<number> => broker.messagesIn('waybill.delay.failed');
    await until(async () => (await parked()) >= total / lostEach - refused, {
      what: 'those for nobody are parked',
      // n.b. what the broker was dead-lettering when it was killed it sends on again after three minutes.
      limitMs: 300_000,
      everyMs: 500,
    });
    const late = [...arrivals.lateness.values()].sort((a, b) => a - b);
    t.diagnostic(
      `${plan.summary}; ${total} sent in ${Math.round(sentMs)} ms, ${late.length} came, ${arrivals.again} again, ${await parked()} parked; ` +
        `late by ${[0, 0.5, 0.9, 0.99, 1].map((share) => `p${share * 100} ${Math.round(at(late, share))}`).join(', ')} ms`,
    );
    assert.deepEqual(
      good.filter((number) => !arrivals.lateness.has(number)),
      [],
    );
    assert.ok((late[0] ?? -1) >= 0, `one came ${late[0]} ms after its time`);
  });

  /** A processor on a durable queue. */
  async function takeFrom(t: TestContext, queue: string): Promise<Arrivals> {
    const flags = { arguments: { 'x-queue-type': 'quorum' } };
    const eqks = [[Exchange, [[{ name: queue, flags }, queue]]]] as const;
    const arrivals = new Arrivals({ url: broker.url, eqks, logger: silentLogger });
    t.after(() => arrivals.close());
    await arrivals.start();
    return arrivals;
  }
});

/** Two processes that send on what is due. */
class Forwarders {
  readonly #url: string;
  readonly #running: Program[] = [];

  private constructor(url: string) {
    this.#url = url;
  }

  static async start(t: TestContext, url: string): Promise<Forwarders> {
    const forwarders = new Forwarders(url);
    t.after(() => Promise.all(forwarders.#running.map((each) => each.close())));
    await Promise.all([forwarders.#add(), forwarders.#add()]);
    return forwarders;
  }

  /** The older one is killed; another one takes its place. */
  get killing(): Fault {
    const strike = async (): Promise<void> => {
      await this.#running.shift()?.close();
      await this.#add();
    };
    return { name: 'forwarder killed', strike };
  }

  async #add(): Promise<void> {
    const program = Program.run('src/cli/waybill.ts', { args: ['forward', '--url', this.#url] });
    this.#running.push(program);
    await program.waitForLine('Late messages of', 60_000);
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
