import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Eqks, Exchange, type ExchangeClass, MessageProcessor, type QueueSpec } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { useStage } from '../../support/stage/stage.js';

function newExchange(): ExchangeClass {
  const exchangeName = uniqueName('exchange');
  return class extends Exchange {
    static override readonly exchangeName = exchangeName;
  };
}

describe('the flags of a queue', () => {
  const stage = useStage();
  const from = (queue: QueueSpec): { readonly eqks: Eqks } => ({ eqks: [[newExchange(), [[queue, 'key']]]] });

  it('P-C41: an auto-delete queue goes with its last consumer; a plain one stays, and survives the broker', async (t) => {
    const exchange = newExchange();
    const fleeting: QueueSpec = { name: uniqueName('fleeting'), flags: { autoDelete: true } };
    const plain = uniqueName('plain');
    const eqks = [
      [
        exchange,
        [
          [fleeting, 'key'],
          [plain, 'key'],
        ],
      ],
    ] as const;
    const { processor: one } = await stage.start(t, MessageProcessor, { eqks });
    const { processor: two } = await stage.start(t, MessageProcessor, { eqks });
    await one.close();
    assert.deepEqual(await stage.side.look(fleeting.name), { messages: 0, consumers: 1 });
    await two.close();
    assert.equal(await stage.side.look(fleeting.name), undefined);
    assert.deepEqual(await stage.side.look(plain), { messages: 0, consumers: 0 });
    // Durable, shared, kept: declaring it so again would be refused (406) were it otherwise.
    const asDeclared = { durable: true, exclusive: false, autoDelete: false };
    await stage.side.onChannel((channel) => channel.assertQueue(plain, asDeclared));
  });

  it('P-B26: the flags of a queue are those of its declaration', async (t) => {
    const exchange = newExchange();
    const name = uniqueName('flags');
    const args = { 'x-message-ttl': 60_000, 'x-max-length': 10 };
    const flags = { durable: false, arguments: args };
    await stage.start(t, MessageProcessor, { eqks: [[exchange, [[{ name, flags }, 'key']]]] });
    const same = { durable: false, arguments: args };
    await stage.side.onChannel((channel) => channel.assertQueue(name, same));
    await assert.rejects(
      stage.side.onChannel((channel) => channel.assertQueue(name, { durable: false })),
      /PRECONDITION_FAILED/,
    );
  });

  it('passive: a queue that is there is taken as it is, whatever its arguments', async (t) => {
    const name = uniqueName('passive');
    await stage.side.onChannel((channel) => channel.assertQueue(name, { durable: false, maxLength: 5 }));
    await stage.start(t, MessageProcessor, from({ name, flags: { passive: true } }));
    assert.deepEqual(await stage.side.look(name), { messages: 0, consumers: 1 });
  });

  it('passive: one that is not there is refused (404), and not made', async () => {
    const name = uniqueName('missing');
    const options = { url: stage.url, ...from({ name, flags: { passive: true } }) };
    await assert.rejects(new MessageProcessor(options).start(), (thrown: Error & { replyCode?: number }) => {
      assert.deepEqual([thrown.name, thrown.replyCode], ['TopologyError', 404]);
      assert.ok(thrown.message.includes(name), thrown.message);
      return true;
    });
    assert.equal(await stage.side.look(name), undefined);
  });

  it('exclusive: nobody else may use it (405), and it goes with its connection', async (t) => {
    const queue: QueueSpec = { name: uniqueName('exclusive'), flags: { exclusive: true } };
    const { processor } = await stage.start(t, MessageProcessor, from(queue));
    assert.deepEqual([...processor.consumer.queues], [queue.name]);
    const asDeclared = { exclusive: true, durable: true };
    const foreign = stage.side.onChannel((channel) => channel.assertQueue(queue.name, asDeclared));
    await assert.rejects(foreign, /RESOURCE_LOCKED/);
    await processor.close();
    assert.equal(await stage.side.look(queue.name), undefined);
  });

  const differences = [
    ['durable', { durable: false }, {}, /Write durable: false .*\{ name, flags: \{ durable: false \} \}/],
    ['durable', {}, { durable: false }, /Write durable: true .*\{ name, flags: \{ durable: true \} \}/],
    ['auto_delete', { autoDelete: true }, {}, /flags: \{ autoDelete: true \}/],
    ['x-max-length', { maxLength: 5 }, {}, /with the arguments that it has, or delete the queue/],
    ['x-max-length', {}, { arguments: { 'x-max-length': 5 } }, /with the arguments that it has/],
  ] as const;

  for (const [argument, there, flags, advice] of differences) {
    it(`N-20: one that is there with ${JSON.stringify(there)}, declared with ${JSON.stringify(flags)}, is refused in words that say what to write`, async (t) => {
      const name = uniqueName('there');
      await stage.side.onChannel((channel) => channel.assertQueue(name, there));
      const refused = stage.start(t, MessageProcessor, from({ name, flags }));
      await assert.rejects(refused, (thrown: Error & { replyCode?: number }) => {
        assert.deepEqual([thrown.name, thrown.replyCode], ['TopologyError', 406]);
        assert.ok(thrown.message.includes(`inequivalent arg '${argument}'`), thrown.message);
        assert.match(thrown.message, advice);
        return true;
      });
    });
  }

  it('N-20: what is said for one of them is taken', async (t) => {
    const name = uniqueName('of-python');
    await stage.side.onChannel((channel) => channel.assertQueue(name, { durable: false }));
    await stage.start(t, MessageProcessor, from({ name, flags: { durable: false } }));
    assert.deepEqual(await stage.side.look(name), { messages: 0, consumers: 1 });
  });

  it('N-20: an exchange that is there otherwise is refused in words that say what to write in its class', async (t) => {
    const exchange = newExchange();
    const { exchangeName } = exchange;
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertExchange(exchangeName, 'topic'));
    const refused = stage.start(t, MessageProcessor, { eqks: [[exchange, [[queue, 'key']]]] });
    await assert.rejects(refused, /inequivalent arg 'type'.* Write exchangeType = 'topic' in its class/);
    const transient = newExchange();
    await stage.side.onChannel((channel) =>
      channel.assertExchange(transient.exchangeName, 'direct', { durable: false }),
    );
    const asked = stage.start(t, MessageProcessor, { eqks: [[transient, [[queue, 'key']]]] });
    await assert.rejects(asked, /inequivalent arg 'durable'.* Write durable = false in its class/);
  });
});
