// Handlers that take longer than the broker waits for an ack (`consumer_timeout`).
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, type Logger, MessageProcessor } from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { atLeast } from '../support/broker-version.js';
import type { SideChannel } from '../support/side-channel.js';
import { command } from '../support/stage/envelopes.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { sized } from './sizes.js';

const TIMEOUT_MS = 3_000;
const slowMs = sized(75_000, 10_000);
const COUNT = 20;

/** RabbitMQ 4.3 waits for ever for the acks of a classic queue. */
const types = atLeast('4.3') ? (['quorum'] as const) : (['quorum', 'classic'] as const);

describe('a handler that is too slow', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  let side: SideChannel;
  before(async () => {
    // Before 4.3 it is looked once a minute whether a delivery is late: `channel_tick_interval`.
    broker = await BrokerUnderFaults.start(owner, { config: `consumer_timeout = ${TIMEOUT_MS}` });
    await broker.node.ctl('rabbitmqctl', [
      'eval',
      'application:set_env(rabbit, channel_tick_interval, 500).',
    ]);
    side = await broker.side();
  });

  for (const type of types) {
    it(`holds up none of the others, and its message is begun once: ${type} queue`, async (t) => {
      extendLimit(t, slowMs + 60_000);
      const { processor, queue, warnings, connectionsLost } = await start(t, type);
      const consumers = countConsumers(t, queue);
      for (let number = 0; number < COUNT; number++) await send(queue, number);
      await until(() => processor.done.size === COUNT - 1, {
        what: 'all others are done',
        limitMs: TIMEOUT_MS + 15_000,
      });
      await until(() => warnings.some((line) => line.includes('taken the message back')), {
        what: 'it is told',
      });
      const told = warnings.find((line) => line.includes('taken the message back')) ?? '';
      assert.match(
        told,
        new RegExp(`work.* message ${idOf(0)} from \\S+ \\d+ of queue '${queue}' for \\d+\\.\\d s`),
      );
      assert.match(told, /x-consumer-timeout/);
      await until(() => processor.done.has(0), { what: 'the slow one is done', limitMs: slowMs + 10_000 });
      await until(async () => (await broker.messagesIn(queue)) === 0, {
        what: 'it is acked when it has come again',
        limitMs: 20_000,
      });
      assert.deepEqual(
        [...processor.begun.entries()].filter(([, runs]) => runs !== 1),
        [],
      );
      assert.equal(connectionsLost(), 0);
      const seen = consumers();
      assert.ok((seen.get(1) ?? 0) > 0.95 * total(seen), `consumers at the broker: ${[...seen]}`);
      assert.ok(Math.max(...seen.keys()) <= 2, 'a second one for a moment only, while it changes channels');
      t.diagnostic(`consumers seen: ${[...seen].map(([count, times]) => `${count}: ${times}`).join(', ')}`);
      assert.equal((await processor.health()).ok, true);
    });
  }

  it('T-A5: quick messages that wait behind each other all run, however low the delivery limit of their quorum queue', async (t) => {
    const { processor, queue, warnings } = await start(t, 'quorum', { 'x-delivery-limit': 2 });
    const count = 60;
    for (let number = 1; number <= count; number++) await send(queue, number, 250);
    const all = Array.from({ length: count }, (_, index) => index + 1);
    const missing = (): number[] => all.filter((number) => !processor.done.has(number));
    await until(() => missing().length === 0, { what: 'all are done', limitMs: 60_000 }).catch(
      async (late) => {
        const kept = await side.look(`${queue}.failed`);
        throw new Error(`Never done: ${missing()}; kept: ${kept?.messages}\n${warnings.join('\n')}`, {
          cause: late,
        });
      },
    );
    await until(async () => (await broker.messagesIn(queue)) === 0, {
      what: 'all are acked',
      limitMs: 10_000,
    });
    assert.equal(await side.look(`${queue}.failed`), undefined, 'none was given up');
    t.diagnostic(warnings.join('\n'));
  });

  it('is not run again when its ack was on its way while the broker lost patience', async (t) => {
    const { processor, queue } = await start(t, 'quorum');
    processor.onDone = () => broker.proxy.stall();
    await send(queue, 1);
    await until(async () => (await side.look(queue))?.messages === 1, {
      what: 'the broker has taken it back',
      limitMs: TIMEOUT_MS + 30_000,
    });
    processor.onDone = () => {};
    await broker.proxy.pass();
    await send(queue, 2);
    await until(async () => processor.done.has(2) && (await broker.messagesIn(queue)) === 0, {
      what: 'the next one has run, and both are acked',
      limitMs: 30_000,
    });
    assert.deepEqual(
      [...processor.begun],
      [
        [1, 1],
        [2, 1],
      ],
    );
  });

  async function start(t: TestContext, type: (typeof types)[number], more: Record<string, unknown> = {}) {
    const queue = uniqueName('slow');
    const tellsIt = type === 'quorum' && atLeast('4.0');
    const flags = {
      arguments: { 'x-queue-type': type, ...(tellsIt && { 'x-consumer-timeout': TIMEOUT_MS }), ...more },
    };
    const warnings: string[] = [];
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      warn: (line) => void warnings.push(line),
      error: (line) => void warnings.push(line),
    };
    const processor = new (type === 'quorum' && more['x-delivery-limit'] ? Greedy : Slow)({
      url: broker.url,
      logger,
      eqks: [[Exchange, [[{ name: queue, flags }, queue]]]],
    });
    let lost = 0;
    processor.events.on('down', () => lost++);
    t.after(() => processor.close());
    await processor.start();
    return { processor, queue, warnings, connectionsLost: () => lost };
  }

  async function send(queue: string, number: number, takesMs = number === 0 ? slowMs : 5): Promise<void> {
    const body = JSON.stringify(command('work', { number, takesMs }));
    await side.publish('', queue, body, { persistent: true, messageId: idOf(number) });
  }

  /** Asks the broker again and again how many consumers the queue has; gives how often which number was seen. */
  function countConsumers(t: TestContext, queue: string): () => ReadonlyMap<number, number> {
    const seen = new Map<number, number>();
    const timer = setInterval(async () => {
      const count = (await side.look(queue).catch(() => undefined))?.consumers;
      if (count !== undefined) seen.set(count, (seen.get(count) ?? 0) + 1);
    }, 100);
    t.after(() => clearInterval(timer));
    return () => {
      clearInterval(timer);
      return seen;
    };
  }
});

class Slow extends MessageProcessor {
  static override readonly prefetch: number = 10;
  readonly begun = new Map<number, number>();
  readonly done = new Set<number>();
  onDone: () => void = () => {};
}
Slow.handle('command', 'work', async function ({ parameters }: Content<{ number: number; takesMs: number }>) {
  const { number, takesMs } = parameters;
  this.begun.set(number, (this.begun.get(number) ?? 0) + 1);
  await new Promise((resolve) => setTimeout(resolve, takesMs));
  this.done.add(number);
  this.onDone();
});

/** With what it takes where nobody has said otherwise. */
class Greedy extends Slow {
  static override readonly prefetch = 100;
}

function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function total(seen: ReadonlyMap<number, number>): number {
  return [...seen.values()].reduce((sum, times) => sum + times, 0);
}
