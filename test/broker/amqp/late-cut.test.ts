// A broker that hears of a cut after its client has come back: what the client declares again is still there, and goes.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type Eqks, Exchange, GenericProducer, MessageProcessor } from 'waybill';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { SideChannel } from '../../support/side-channel.js';
import { recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

const QUEUES = 20;
const KEYS = 10;

class Counting extends MessageProcessor {
  seen = 0;
}
Counting.handle('command', 'count', function () {
  this.seen++;
});

class Sender extends GenericProducer {}

/** An exchange, queues and bindings that are gone with their last consumer. */
function fleeting() {
  const exchangeName = uniqueName('exchange');
  class Fleeting extends Exchange {
    static override readonly exchangeName = exchangeName;
    static override readonly exchangeType = 'direct';
    static override readonly autoDelete = true;
  }
  const queues = Array.from({ length: QUEUES }, (_, index) => ({
    name: uniqueName(`queue ${index}`),
    flags: { autoDelete: true },
  }));
  const keys = queues.flatMap(({ name }) => Array.from({ length: KEYS }, (_, index) => `${name} ${index}`));
  const bindings = keys.map((key, index) => [queues[Math.floor(index / KEYS)], key] as const);
  return {
    Fleeting,
    keys,
    first: queues[0]?.name as string,
    eqks: [[Fleeting, bindings]] as unknown as Eqks,
  };
}

/** How many declarations of the set-up are answered when the broker hears of the cut. */
const moments = [1, 1 + QUEUES / 2, 1 + QUEUES, 1 + QUEUES + (QUEUES * KEYS) / 2, 1 + QUEUES + QUEUES * KEYS];

/** Of those that declare: exchange.declare-ok, queue.declare-ok, queue.bind-ok (AMQP 0-9-1 section 1.6, class and method). */
const answers = ['0028000b', '0032000b', '00320015'];

function isAnswer(chunk: Buffer): boolean {
  return answers.includes(chunk.toString('hex', 7, 11));
}

describe('a broker that hears of a cut later than its client', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  before(async () => {
    side = await sideChannel(owner);
  });

  async function started(t: TestContext) {
    const given = fleeting();
    const proxy = await TcpProxy.forUrl(brokerUrl());
    t.after(() => proxy.close());
    const log = recordingLog();
    const processor = new Counting({ url: proxy.urlFor(brokerUrl()), logger: log, eqks: given.eqks });
    t.after(() => processor.close());
    await processor.start();
    return { ...given, proxy, log, processor };
  }

  async function startedExclusive(t: TestContext) {
    const exchangeName = uniqueName('exchange');
    class Lasting extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    const queue = uniqueName('exclusive');
    const proxy = await TcpProxy.forUrl(brokerUrl());
    t.after(() => proxy.close());
    const log = recordingLog();
    const eqks: Eqks = [[Lasting, [[{ name: queue, flags: { exclusive: true } }, 'key']]]];
    const processor = new Counting({ url: proxy.urlFor(brokerUrl()), logger: log, eqks });
    const sender = new Sender({ url: brokerUrl() });
    t.after(() => Promise.all([processor.close(), sender.close()]));
    await processor.start();
    const say = () => sender.with({ eks: [[Lasting, 'key']] }).command('count');
    return { proxy, log, processor, queue, exchangeName, say };
  }

  /** Holds up the next connection when so many declarations were answered on it; then the broker hears of the cut. */
  async function cutAndTellAt(
    proxy: TcpProxy,
    moment: number,
    queue: string,
  ): Promise<{ readonly answered: number }> {
    const earlier = proxy.accepted;
    const count = { answered: 0 };
    proxy.onPassing = ({ connection, from, chunk }) => {
      if (connection === earlier || from !== 'target' || !isAnswer(chunk)) return;
      if (++count.answered === moment) proxy.stall();
    };
    const tell = proxy.cutClients();
    await until(() => count.answered >= moment, {
      what: `${moment} declarations are answered`,
      limitMs: 20_000,
    });
    tell();
    await until(async () => (await side.look(queue)) === undefined, { what: 'the broker has heard' });
    await proxy.pass();
    return count;
  }

  /**
   * RabbitMQ 4.3.6 may delete an exchange with its last binding just while another one is made, and half of it stays (seen in one of a
   * hundred runs): it is not there, and whoever declares it has his connection closed, `function_clause` in `rabbit_exchange:assert_equivalence`.
   */
  async function canBeDeclaredByNobody(exchange: string): Promise<boolean> {
    await using other = await SideChannel.connect(brokerUrl());
    let closedBy: unknown;
    other.connection.on('error', (error) => {
      closedBy = error;
    });
    try {
      await other.onChannel((channel) => channel.assertExchange(exchange, 'direct', { autoDelete: true }));
    } catch {
      return /INTERNAL[-_]ERROR/.test(String(closedBy));
    }
    return false;
  }

  for (const moment of moments) {
    it(`T-A3: has all bindings again in the end (it hears of the cut after ${moment} of ${moments.at(-1)} declarations)`, async (t) => {
      const { Fleeting, keys, first, proxy, log, processor } = await started(t);
      const declared = await cutAndTellAt(proxy, moment, first);
      const isWell = async (): Promise<boolean> => (await processor.health()).ok;
      try {
        await until(isWell, { what: 'it is well', limitMs: 20_000 });
      } catch (thrown) {
        if (!(await canBeDeclaredByNobody(Fleeting.exchangeName))) throw thrown;
        // What is owed then is that it is told.
        const health = JSON.stringify(await processor.health());
        assert.match(health, new RegExp(`exchange '${Fleeting.exchangeName}'[^"]*INTERNAL_ERROR`));
        t.diagnostic('RabbitMQ has broken the exchange');
        return;
      }
      const sender = new Sender({ url: brokerUrl() });
      t.after(() => sender.close());
      // Each is mandatory: an exchange without the binding would give it back.
      await Promise.all(keys.map((key) => sender.with({ eks: [[Fleeting, key]] }).command('count')));
      await until(() => processor.seen === keys.length, { what: 'all have come' });
      assert.ok(log.errors.length < 30, `${log.errors.length} lines`);
      // Each of the queues may ask for all of it, and they share that.
      assert.ok(declared.answered < 8 * (moments.at(-1) as number), `${declared.answered} declarations`);
      t.diagnostic(`${declared.answered} declarations, ${log.errors.length} lines`);
    });
  }

  it('T-A3: makes a processor unwell whose lost connection still holds its exclusive queue, until the queue is bound again', async (t) => {
    const { proxy, log, processor, queue, say } = await startedExclusive(t);
    proxy.onPassing = ({ from, chunk }) => {
      if (from === 'target' && chunk.includes('RESOURCE_LOCKED')) locked++;
    };
    let locked = 0;
    const tell = proxy.cutClients();
    await until(() => locked >= 3, { what: 'it is asked for again and again', limitMs: 20_000 });
    const { ok, error = '' } = await processor.health();
    assert.ok(!ok && error.includes(`'${queue}'`), error);
    tell();
    await until(async () => (await processor.health()).ok, { what: 'it is well', limitMs: 20_000 });
    await say();
    await until(() => processor.seen === 1, { what: 'it is heard' });
    assert.equal(log.errors.filter((line) => /refused queue/.test(line)).length, 1, log.errors.join('\n'));
  });

  it('T-A3: makes a processor unwell whose exchange another client has declared otherwise; the log says it once, and it is declared when it can be', async (t) => {
    const { proxy, log, processor, exchangeName, say } = await startedExclusive(t);
    proxy.refuse();
    proxy.cut();
    await side.onChannel((channel) => channel.deleteExchange(exchangeName));
    await side.onChannel((channel) => channel.assertExchange(exchangeName, 'fanout'));
    await proxy.pass();
    const saysWhy = async (): Promise<boolean> => {
      const { ok, error = '' } = await processor.health();
      return !ok && error.includes(`'${exchangeName}'`) && error.includes("inequivalent arg 'type'");
    };
    await until(saysWhy, { what: 'health says why' });
    await side.onChannel((channel) => channel.deleteExchange(exchangeName));
    await until(async () => (await processor.health()).ok, { what: 'it is well', limitMs: 10_000 });
    await say();
    await until(() => processor.seen === 1, { what: 'it is heard' });
    assert.equal(log.errors.filter((line) => line.includes('inequivalent')).length, 1, log.errors.join('\n'));
  });
});
