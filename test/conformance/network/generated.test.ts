// What anybody may publish to the exchanges of the network: it misleads nobody who means well for long, and ends nothing.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, GenericProducer, MessageCommand, MessageHandler, MessageProcessor } from 'waybill';
import { Network } from 'waybill/network';
import { Chance } from '../../faults/chance.js';
import { sized } from '../../faults/sizes.js';
import { GeneratedMessages } from '../../support/generated-messages.js';
import { rawProperties } from '../../support/raw-headers.js';
import { publishRaw, type RawMessage } from '../../support/raw-sender.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { extendLimit } from '../../support/test-limit.js';
import { until } from '../../support/until.js';

/** The same messages on each run; `WAYBILL_SEED=<seed>` sends others, `WAYBILL_SEED=random` new ones. */
const asked = process.env['WAYBILL_SEED'] ?? '20261127';
const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);
const count = sized(20_000, 1_000);
const limitMs = sized(600_000, 60_000);

const commands =
  'ping info stats health inflight senders watch unwatch pause resume drain concurrency prefetch quit restart cancel log-level trace'.split(
    ' ',
  );
const tellings = 'join leave stats trace'.split(' ');

describe(`messages to the network, generated of seed ${seed}`, () => {
  const stage = useStage();

  it('end nobody who answers, nobody who watches and nobody who asks', async (t) => {
    extendLimit(t, 2 * limitMs);
    const { proxy, desk, shop, network, watching } = await start(t);
    const generated = new Rubbish(Chance.of(seed));
    for (let sent = 0; sent < count; sent += 50)
      await publishRaw(
        stage.side,
        Array.from({ length: 50 }, () => generated.next()),
      );

    await shop.message_order(1);
    await until(() => desk.orders.length === 1, { what: 'the component works on', limitMs });
    const asked = async () => (await network.ask('stats', { to: { name: 'Desk' } })).answers;
    await until(async () => (await asked()).some(({ components }) => components[0]?.done === 1), {
      what: 'it is asked and answers',
      limitMs,
    });
    const [answer] = await asked();
    assert.deepEqual(answer?.components[0]?.paused, []);
    const isSeen = (): boolean =>
      watching.nodes.some(
        ({ state, components }) => state === 'up' && components.some(({ facts }) => facts.name === 'Desk'),
      );
    await until(isSeen, { what: 'it is seen', limitMs });
    assert.ok(watching.nodes.length <= 5_000);
    assert.ok(watching.events.length <= 1_000);
    assert.equal(proxy.accepted, proxy.open, 'a connection was lost');
    assert.ok(desk.log.errors.length + desk.log.warnings.length < count / 10, 'each of them is logged');
    for (const line of [...desk.log.errors, ...desk.log.warnings]) assert.ok(line.length < 4_000, line);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  async function start(t: TestContext) {
    const place = await stage.place();
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const url = proxy.urlFor(stage.url);
    const orders: number[] = [];
    class Desk extends MessageProcessor {
      @MessageHandler('command', 'order')
      order({ parameters: id }: Content<number>) {
        orders.push(id);
      }
    }
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_order(id: number) {
        return new MessageCommand('order', id);
      }
    }
    const { log } = await stage.start(t, Desk, place, {
      url,
      network: { joinAfterMs: 0 },
      ownConnections: true,
    });
    const shop = await stage.connect(t, Shop);
    const network = await Network.open({ url, logger: recordingLog() });
    t.after(() => network.close());
    const watching = await network.watch({ everyMs: 1_000, lookMs: 200 });
    await until(() => watching.nodes.length > 0, { what: 'somebody is seen' });
    return { proxy, desk: { orders, log }, shop, network, watching };
  }
});

/** What is nearly an answer, a question or an order, and what is nothing at all. */
class Rubbish {
  readonly #chance: Chance;
  readonly #generated: GeneratedMessages;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#generated = new GeneratedMessages(chance);
  }

  next(): RawMessage & { readonly exchange: string; readonly routingKey: string } {
    const message = this.#chance.next() < 0.5 ? this.#generated.next() : this.#nearly();
    return { ...message, ...this.#place() };
  }

  #place(): { readonly exchange: string; readonly routingKey: string } {
    if (this.#chance.next() < 0.5) {
      const whom = this.#one(['all', 'name.Desk', 'name.%', 'host.x', 'id.nobody', '', 'name']);
      return { exchange: 'waybill.control', routingKey: `${whom}.${this.#one([...commands, '', 'none'])}` };
    }
    const id = this.#one(['a', 'b', '', '__proto__', String(this.#chance.between(0, 1e9))]);
    return {
      exchange: 'waybill.presence',
      routingKey: `${this.#one([...tellings, 'none'])}.${this.#one(['Desk', '%', ''])}.${id}`,
    };
  }

  /** What would be right, were one thing not odd. */
  #nearly(): RawMessage {
    const told = {
      node: {
        id: this.#one(['a', 'b', '__proto__', String(this.#chance.between(0, 1e9))]),
        host: 'h',
        pid: 1,
        vhost: '/',
        since: new Date().toISOString(),
        waybill: '1.0.0',
        node: 'v24',
      },
      figures: { uptimeMs: 1, heapUsed: 1, rss: 1, loopDelayMs: 1, reconnects: 1, refusedOrders: 1 },
      components: [
        {
          ref: 'r',
          name: 'Desk',
          style: 'messaging',
          since: 'x',
          ok: true,
          done: 1,
          failed: 1,
          inflight: 0,
          waiting: 0,
          paused: ['a'],
          queues: [{ queue: 'q', prefetch: 1, concurrency: 1, active: true, paused: false }],
          handles: ['message command order'],
          handlers: [{ name: 'x', done: 1, failed: 0, averageMs: 1, p50Ms: 1, p99Ms: 1 }],
          runs: [{ queue: 'q', forMs: 1, redelivered: false }],
        },
      ],
      ref: 'r',
      name: 'Desk',
      reason: 'closed',
      watcher: 'w',
      everyMs: 1_000,
      queue: 'q',
      to: 4,
    };
    const properties = rawProperties({
      type: `waybill.${this.#one([...tellings, ...commands])}`,
      replyTo: this.#one(['waybill.watch.nobody', 'amq.rabbitmq.reply-to.forged', 'q', '']),
      correlationId: this.#one(['', 'c', 'x'.repeat(255)]),
    });
    return { properties, body: Buffer.from(JSON.stringify(this.#spoiled(told))) };
  }

  /** A value in which one is another. */
  #spoiled(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#chance.next() < 0.1) return this.#odd();
    if (Array.isArray(value)) return value.map((each) => this.#spoiled(each));
    const names = Object.keys(value);
    const name = this.#one(names);
    return { ...value, [name]: this.#spoiled((value as Record<string, unknown>)[name]) };
  }

  #odd(): unknown {
    return this.#one<unknown>([
      null,
      0,
      -1,
      1e308,
      '',
      '__proto__',
      'x'.repeat(5_000),
      [],
      {},
      [null],
      { toString: 1, valueOf: 1, constructor: 1, hasOwnProperty: 1, length: 1e9 },
      true,
      Array(6_000).fill(0),
    ]);
  }

  #one<T>(things: readonly T[]): T {
    return things[this.#chance.between(0, things.length - 1)] as T;
  }
}
