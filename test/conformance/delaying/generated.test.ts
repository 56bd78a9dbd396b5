// What anybody may put into the exit of the ladder: it is parked, and holds up nobody.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exchange, GenericProducer, MessageCommand } from 'waybill';
import { Chance } from '../../faults/chance.js';
import { sized } from '../../faults/sizes.js';
import { uniqueName } from '../../support/broker.js';
import { GeneratedMessages } from '../../support/generated-messages.js';
import { rawEntry, rawProperties, rawTable, rawValue, sizedValue } from '../../support/raw-headers.js';
import { type RawMessage, sendRaw } from '../../support/raw-sender.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { extendLimit } from '../../support/test-limit.js';
import { until } from '../../support/until.js';

/** The same messages on each run; `WAYBILL_SEED=<seed>` sends others, `WAYBILL_SEED=random` new ones. */
const asked = process.env['WAYBILL_SEED'] ?? '20261127';
const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);
const count = sized(5_000, 200);
const limitMs = sized(600_000, 90_000);

class Orders extends GenericProducer {
  static override readonly eks = [[Exchange, 'unused']] as const;
  static override readonly forwards = true;
}

describe(`messages at the foot of the ladder, generated of seed ${seed}`, () => {
  const stage = useStage();

  it('are parked or go where they say, and late messages arrive beside them', async (t) => {
    extendLimit(t, 2 * limitMs);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const [queue, log] = [uniqueName('queue'), recordingLog()];
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const orders = await stage.connect(t, Orders, { url: proxy.urlFor(stage.url), logger: log });
    const late = orders.with({ eks: [[Exchange, queue]], delayMs: 1_000 });
    await late.send(new MessageCommand('first'));
    await stage.side.waitForDepth(queue, 1);

    const accepted = proxy.accepted;
    const [chance, generated] = [Chance.of(seed), new GeneratedMessages(Chance.of(seed))];
    for (let sent = 0; sent < count; sent += 50)
      await sendRaw(
        stage.side,
        'waybill.delay.due',
        Array.from({ length: 50 }, () => (chance.next() < 0.3 ? generated.next() : nearly(chance, queue))),
      );
    await late.send(new MessageCommand('second'));
    await until(async () => (await stage.side.depth('waybill.delay.due')) === 0, {
      what: 'all have left the exit',
      limitMs,
    });
    await until(async () => (await typesIn(queue)).includes('second'), {
      what: 'the good one is there',
      limitMs,
    });
    assert.ok((await stage.side.depth('waybill.delay.failed')) > 0);
    assert.equal(proxy.accepted, accepted, 'a connection was lost');
    for (const line of [...log.errors, ...log.warnings]) assert.ok(line.length < 4_000, line);
  });

  async function typesIn(queue: string): Promise<readonly unknown[]> {
    return await stage.side.onChannel(async (channel) => {
      const types: unknown[] = [];
      for (let got = await channel.get(queue); got; got = await channel.get(queue))
        types.push(got.properties.type);
      return types;
    });
  }
});

/** What would be a late message, were one thing not odd. */
function nearly(chance: Chance, queue: string): RawMessage {
  const one = <T>(things: readonly T[]): T => things[chance.between(0, things.length - 1)] as T;
  const text = (value: string | Uint8Array): Buffer => sizedValue('S', Buffer.from(value));
  const long = Buffer.alloc(8);
  // n.b. RabbitMQ closes the connection of who sends NaN, or what is infinite.
  long.writeDoubleBE(one([0.5, -1, 1e308, -1e308, 2 ** 40]));
  const odd = [
    text(''),
    text('x'.repeat(300)),
    rawValue('V'),
    rawValue('d', long),
    rawValue('t', Buffer.of(1)),
    text('__proto__'),
  ];
  const usual: Readonly<Record<string, Buffer>> = {
    exchange: text(''),
    key: text(queue),
    mandatory: rawValue('t', Buffer.of(1)),
    headers: sizedValue('F', rawEntry('CC', sizedValue('A', text(queue)))),
    expiration: text(one(['60000', '4294967295', '4294967296', '-1', '1e3', ''])),
    priority: rawValue('d', long),
    id: text(one(['a', 'b'])),
    again: rawValue('d', long),
  };
  const spoiled = one(Object.keys(usual));
  const exchange = one(['', '', '', 'not-there', 'amq.topic', 'amq.rabbitmq.trace']);
  const entries = Object.entries({ ...usual, exchange: text(exchange) }).map(([name, value]) =>
    rawEntry(name, name === spoiled ? one(odd) : value),
  );
  const deaths = rawEntry('x-death', one([rawValue('V'), sizedValue('A'), sizedValue('A', text('x'))]));
  const headers = rawTable(rawEntry('x-waybill-late', sizedValue('F', ...entries)), deaths);
  return { properties: rawProperties({ headers, messageId: one(['a', 'b', 'c']) }), body: Buffer.from('{}') };
}
