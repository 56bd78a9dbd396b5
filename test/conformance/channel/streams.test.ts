// Streams on a plain channel: where a consumer begins, and what RabbitMQ asks of it.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Channel } from 'waybill/channel';
import { uniqueName } from '../../support/broker.js';
import { connect, useStage } from './channel-stage.js';

describe('a stream on a plain channel', () => {
  const stage = useStage();

  /** A stream with the numbers from 0 to 9. */
  async function given(t: TestContext) {
    const { connection, log } = await connect(t, stage);
    const channel = await connection.channel();
    const queue = uniqueName('stream');
    await channel.queue.declare(queue, { arguments: { 'x-queue-type': 'stream' } });
    t.after(() => stage.side.onChannel((side) => side.deleteQueue(queue)));
    for (let number = 0; number < 10; number++) await channel.publish(String(number), { routingKey: queue });
    return { connection, channel, queue, log };
  }

  /** Where a consumer begins: the first that it gets. */
  async function firstOf(channel: Channel, queue: string, offset: unknown): Promise<unknown> {
    await channel.qos(1);
    const args = { 'x-stream-offset': offset };
    for await (const { body, deliveryInfo } of await channel.consume(queue, { arguments: args })) {
      channel.ack(deliveryInfo.deliveryTag);
      return body;
    }
    return undefined;
  }

  const hourAgo = (): Date => new Date(Date.now() - 3_600_000);
  const offsets = [
    ["'first'", () => 'first', '0'],
    ['a number', () => 7, '7'],
    ["a time ago, '1h'", () => '1h', '0'],
    ['a Date', hourAgo, '0'],
    ['a typed value', () => ({ '!': 'timestamp', value: Math.floor(hourAgo().getTime() / 1_000) }), '0'],
  ] as const;
  for (const [title, offset, expected] of offsets) {
    it(`is read from ${title}`, async (t) => {
      const { channel, queue } = await given(t);
      assert.equal(await firstOf(channel, queue, offset()), expected);
    });
  }

  it("is read from 'last': RabbitMQ begins with what it has stored together", async (t) => {
    const { channel, queue } = await given(t);
    assert.match(String(await firstOf(channel, queue, 'last')), /^\d$/);
  });

  it("is read from 'next', which is the default, too", async (t) => {
    const { channel, queue } = await given(t);
    await channel.qos(1);
    const args = { 'x-stream-offset': 'next' };
    const consumers = [await channel.consume(queue, { arguments: args }), await channel.consume(queue)];
    await channel.publish('new', { routingKey: queue });
    for (const consumer of consumers) {
      for await (const { body } of consumer) {
        assert.equal(body, 'new');
        break;
      }
    }
  });

  it('may be left in the middle of a loop, and the connection stays', async (t) => {
    const { connection, channel, queue, log } = await given(t);
    await channel.qos(5);
    for await (const { body } of await channel.consume(queue, {
      arguments: { 'x-stream-offset': 'first' },
    })) {
      if (body === '1') break;
    }
    await channel.flush();
    assert.equal(await firstOf(await connection.channel(), queue, 'first'), '0');
    assert.deepEqual([channel.isOpen, log.warnings], [true, []]);
  });

  it('refuses requests for which the broker would close the channel or the connection: an error says what is missing', async (t) => {
    const { connection, channel, queue, log } = await given(t);
    const consume = (offset: unknown, noAck = false) =>
      channel.consume(queue, { noAck, arguments: { 'x-stream-offset': offset } });
    const refused = async (consuming: Promise<unknown>, message: RegExp): Promise<void> =>
      await assert.rejects(consuming, { code: 'CONFIGURATION', message });
    await refused(consume('first'), /await channel\.qos\(100\) before/);
    await channel.qos(10);
    await refused(consume('first', true), /noAck/);
    for (const wrong of ['frist', '', '1w', 1.5, true])
      await refused(consume(wrong), /^x-stream-offset must be/);
    for (const wrong of [new Date(-1), new Date(Number.NaN), new Map()])
      await refused(consume(wrong), /^arguments\.x-stream-offset is /);
    assert.equal(await firstOf(channel, queue, 'first'), '0');
    assert.ok(channel.isOpen && (await connection.channel()).isOpen);
    assert.deepEqual(log.warnings, []);
  });
});

describe('arguments on a plain channel', () => {
  const stage = useStage();

  it('are written as headers are: a value that AMQP cannot carry is named, and the channel stays open', async (t) => {
    const { connection } = await connect(t, stage);
    const channel = await connection.channel();
    const wrong = { when: { at: new Map() } };
    const message = 'arguments.when.at is a Map, which AMQP cannot carry.';
    const asked = [
      () => channel.queue.declare('', { exclusive: true, arguments: wrong }),
      () => channel.queue.bind('queue', 'amq.direct', '', wrong),
      () => channel.queue.unbind('queue', 'amq.direct', '', wrong),
      () => channel.exchange.declare('exchange', 'direct', { arguments: wrong }),
      () => channel.exchange.bind('amq.direct', 'amq.fanout', '', wrong),
      () => channel.exchange.unbind('amq.direct', 'amq.fanout', '', wrong),
      () => channel.consume('queue', { arguments: wrong }),
    ];
    for (const ask of asked) await assert.rejects(ask(), { code: 'CONFIGURATION', message });
    assert.ok(channel.isOpen);
  });
});
